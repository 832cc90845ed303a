/* Forms of messages and what they are in Chinese. */
#include "conf/chinese.h"

#include "base/buf.h"

enum { PARTS_MAX = 5 };

/* '*' stands for anything; {1}, {2}, … for what stood there. The first that fits is taken. */
static const struct {
    const char *english;
    const char *chinese;
} forms[] = {
    {"unknown key '*'",                                                            "未知的键 '{1}'"                        },
    {"unknown limit '*'",                                                          "未知的限制 '{1}'"                     },
    {"unknown region '*'",                                                         "未知的地域 '{1}'"                     },
    {"unknown FC code '*'",                                                        "未知的函数计算错误码 '{1}'"      },
    {"unknown assertion '*'",                                                      "未知的断言 '{1}'"                     },
    {"unknown filter '*'",                                                         "未知的筛选条件 '{1}'"               },
    {"* gives no error '*'",                                                       "{1} 不会返回错误码 '{2}'"           },
    {"*: there is no '*'",                                                         "{1}：没有 '{2}'"                        },
    {"the file ends inside brackets",                                              "文件在括号内结束"                  },
    {"close them",                                                                 "请补上右括号"                        },
    {"the file ends inside a quoted text",                                         "文件在引号内结束"                  },
    {"close the quotes",                                                           "请补上引号"                           },
    {"unknown variable '*'",                                                       "未知的变量 '{1}'"                     },
    {"unknown flag",                                                               "未知的选项"                           },
    {"known keys: *",                                                              "可用的键：{1}"                        },
    {"known: *",                                                                   "可用：{1}"                              },
    {"did you mean '*'?",                                                          "您是否想写 '{1}'？"                  },
    {"'*' is missing",                                                             "缺少 '{1}'"                              },
    {"'*' is already defined at *",                                                "'{1}' 已在 {2} 定义"                   },
    {"'*' is not one of *",                                                        "'{1}' 不是下列之一：{2}"            },
    {"'*' has no unit",                                                            "'{1}' 没有单位"                        },
    {"'*' is not a duration",                                                      "'{1}' 不是时长"                        },
    {"'*' is not a size",                                                          "'{1}' 不是大小"                        },
    {"'*' is not a rate",                                                          "'{1}' 不是速率"                        },
    {"'*' is not a ratio",                                                         "'{1}' 不是比例"                        },
    {"* is not a ratio",                                                           "{1} 不是比例"                          },
    {"'*' is not a boolean here",                                                  "'{1}' 在这里不是布尔值"            },
    {"'*' is not a boolean",                                                       "'{1}' 不是布尔值"                     },
    {"'*' is not an integer between * and *",                                      "'{1}' 不是 {2} 到 {3} 之间的整数"  },
    {"'*' is not a number between * and *",                                        "'{1}' 不是 {2} 到 {3} 之间的数"     },
    {"'*' is not an address",                                                      "'{1}' 不是监听地址"                  },
    {"'*' is no host name",                                                        "'{1}' 不是主机名"                     },
    {"'*' is not an origin",                                                       "'{1}' 不是网页来源"                  },
    {"'*' is not an account id",                                                   "'{1}' 不是账号 ID"                     },
    {"'*' is not a header name",                                                   "'{1}' 不是请求头名"                  },
    {"'*' fits no operation",                                                      "'{1}' 不匹配任何操作"               },
    {"'*' fits no known region",                                                   "'{1}' 不匹配任何已知地域"         },
    {"'*' is more than fcemu can count",                                           "'{1}' 超出 fcemu 可表示的范围"     },
    {"'*' and '*' exclude one another",                                            "'{1}' 和 '{2}' 不能同时使用"        },
    {"'*' can be reached from other machines, so the control side needs a secret",
     "'{1}' 可从其他机器访问，因此控制端需要令牌"                                                            },
    {"* is not between * and *",                                                   "{1} 不在 {2} 和 {3} 之间"             },
    {"* is less than *",                                                           "{1} 小于 {2}"                            },
    {"must be more than 0*",                                                       "必须大于 0"                            },
    {"expected *, found *",                                                        "应为 {1}，实为 {2}"                   },
    {"expected at least one of *",                                                 "至少需要下列之一：{1}"            },
    {"cannot read '*': *",                                                         "无法读取 '{1}'：{2}"                  },
    {"file is larger than 1 MiB",                                                  "文件超过 1 MiB"                        },
    {"no API version serves '*'",                                                  "没有任何 API 版本提供 '{1}'"       },
    {"no rule asks for scenario '*'",                                              "没有规则询问场景 '{1}'"            },
    {"'*' is not one account",                                                     "'{1}' 不是单个账号"                  },
    {"rule '*' is not for account * alone, as guard.only wants; give it '*'",
     "规则 '{1}' 并非只针对账号 {2}，而 guard.only 要求如此；请加上 '{3}'"                                  },
    {"counts calls of other accounts, too; with guard.only use 'fired' of a rule",
     "也计入其他账号的调用；有 guard.only 时请用某条规则的 'fired'"                                        },
    {"'*' is seen by all accounts; leave it out, or leave guard.only out",
     "'{1}' 影响所有账号；请去掉它，或去掉 guard.only"                                                          },
    {"no rule sets scenario '*'",                                                  "没有规则设置场景 '{1}'"            },
    {"no rule '*' and no 'group:*'",                                               "没有规则 '{1}'，也没有 'group:{2}'"},
    {"no rule '*'",                                                                "没有规则 '{1}'"                        },
    {"no group '*'",                                                               "没有规则组 '{1}'"                     },
    {"no 'ttl', the guard's * applies*",                                           "没有 'ttl'，采用 guard 的 {1}"       },
    {"two outcomes, *",                                                            "写了两个结果：{1}"                  },
    {"probability 1 is the default",                                               "probability 1 就是默认值"             },
    {"this build reads version 1",                                                 "本版本只读 version 1"                 },
    {"only with '*'",                                                              "只能与 '{1}' 合用"                    },
    {"more than * rules",                                                          "规则超过 {1} 条"                      },
    {"includes deeper than *",                                                     "include 嵌套超过 {1} 层"              },
    {"min * is above max *",                                                       "min {1} 大于 max {2}"                    },
    {"p99 * must be above median *",                                               "p99 {1} 必须大于 median {2}"           },
    {"* is above guard.max_delay *",                                               "{1} 超过 guard.max_delay {2}"            },
    {"can never be reached because rule '*",                                       "永远轮不到，因为规则 '{1}"       },
    {"the documentation does not list * for *",                                    "文档没有列出 {2} 会返回 {1}"      },
    {"* takes no arguments, found *",                                              "{1} 不带参数，实有 {2} 个"         },
    {"* is documented as *",                                                       "文档中 {1} 的状态码是 {2}"         },
    {"a rule must say what happens",                                               "规则必须写明做什么"               },
    {"write * or *",                                                               "请写 {1} 或 {2}"                        },
    {"write *",                                                                    "请写 {1}"                                },
};

/* What each '*' of @form stands for in @text; -1 when it does not fit. */
static int match(struct str form, struct str text, struct str parts[PARTS_MAX])
{
    int count = 0;
    struct str fixed;
    bool more = str_cut(form, '*', &fixed, &form);

    if (!str_starts(text, fixed))
        return -1;
    text = str_slice(text, fixed.len, text.len);
    while (more && count < PARTS_MAX) {
        size_t at;

        more = str_cut(form, '*', &fixed, &form);
        if (!more && fixed.len == 0)
            at = text.len;
        else if (!more && str_ends(text, fixed))
            at = text.len - fixed.len;
        else if (!more || !str_find(text, fixed, &at))
            return -1;
        parts[count++] = str_slice(text, 0, at);
        text = str_slice(text, at + fixed.len, text.len);
    }
    return text.len ? -1 : count;
}

static struct str fill(const char *form, const struct str *parts, int count, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};

    for (const char *p = form; *p; p++) {
        int part = p[0] == '{' && p[1] && p[2] == '}' ? p[1] - '1' : -1;

        if (part >= 0 && part < count) {
            buf_add(&out, parts[part]);
            p += 2;
        } else {
            buf_add_char(&out, *p);
        }
    }
    return arena_str(arena, buf_str(&out));
}

static struct str translate(struct str text, struct arena *arena)
{
    for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
        struct str parts[PARTS_MAX];
        int count = match(str_of(forms[i].english), text, parts);

        if (count >= 0)
            return fill(forms[i].chinese, parts, count, arena);
    }
    return text;
}

/* Each part between "; " by itself. */
struct str conf_chinese(struct str text, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    size_t at;

    while (str_find(text, STR("; "), &at)) {
        buf_add(&out, translate(str_slice(text, 0, at), arena));
        buf_puts(&out, "；");
        text = str_slice(text, at + 2, text.len);
    }
    buf_add(&out, translate(text, arena));
    return arena_str(arena, buf_str(&out));
}
