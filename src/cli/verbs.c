#include "cli/verbs.h"
#include "cli/private.h"

#define NO_OPTIONS NULL

static const struct cli_option lang_options[] = {
    {"lang",                     "LANG", "en or zh; default: both"},
    {0}
};
static const struct cli_option api_options[] = {
    {"api",                                                      "API", "2016-08-15, 2021-04-06, 2023-03-30 or http-trigger only"},
    {0}
};
static const struct cli_option ca_options[] = {
    {"ca-dir",                         "DIR", "folder of the local authority"},
    {0}
};
static const struct cli_option env_options[] = {
    {"address",                                                                     "ADDRESS",
     "where the daemon listens: HOST:PORT (FCEMU_ADDRESS; default 127.0.0.1:8252)"},
    {"ca-dir", "DIR", "folder of the local authority"},
    {"unset",                                                                      NULL, "give back what an earlier `fcemu env` set"},
    {0                                             },
};
static const struct cli_option check_options[] = {
    {"strict",                          NULL, "exit 1 when there is a warning"},
    {"format", "FORMAT", "text, json, sarif or github"},
    {"allow-unknown-region",                          NULL, "accept region ids that are not documented"},
    {0   },
};
static const struct cli_option strict_options[] = {
    {"strict",                          NULL, "exit 1 when there is a warning"},
    {"format", "FORMAT", "text, json, sarif or github"},
    {0                         },
};
static const struct cli_option new_options[] = {
    {"operation",                             "OPERATION", "the operation to match; default @all"},
    {"function", "FUNCTION", "the function to match"},
    {0                             },
};
static const struct cli_option sample_options[] = {
    {"count",                           "N", "how many draws; default 1000"},
    {"n",   "N", "the same as --count; also -n N"},
    {"seed",                               "SEED", "default 1"},
    {0},
};
static const struct cli_option catalog_options[] = {
    {"operations",                   NULL, "list the operations instead"},
    {"api", "API", "with --operations: of one API version only"},
    {0                         },
};
static const struct cli_option request_options[] = {
    {"operation",                            "NAME", "calls of this operation"},
    {"function",             "NAME", "calls of this function"},
    {"rule",                             "ID", "calls this rule struck"},
    {"code",              "CODE", "calls answered with this error code"},
    {"status",                                 "STATUS", "calls answered with this status"},
    {"label",              "LABEL", "calls with this X-Fcemu-Label"},
    {"chain",                                 "N", "attempts of one retry chain"},
    {"since", "N|TIME", "calls behind this number, or from this time on: 5m, 2026-11-24T03:00:00Z"},
    {"limit",                               "N", "the last N; default 50"},
    {"unmatched",     NULL, "calls that no rule struck, or with a near miss"},
    {"format",                                "FORMAT", "table, json, ndjson or har"},
    {0      },
};
static const struct cli_option verify_options[] = {
    {"within",                       "DURATION", "keep trying for so long: 5s"},
    {0}
};
static const struct cli_option retries_options[] = {
    {"profile",                                 "PROFILE", "judge the chains by a back-off profile"},
    {0}
};
static const struct cli_option coverage_options[] = {
    {"require",                       "SHARE", "exit 1 below this share: 60%"},
    {"operations", NULL, "which operations are emulated, as docs/coverage.md"},
    {0                   },
};
static const struct cli_option place_options[] = {
    {"place",                                   "PLACE", "first, last or before:ID; default last"},
    {0}
};
static const struct cli_option for_options[] = {
    {"for",                            "DURATION", "back again after so long: 10m"},
    {0}
};
static const struct cli_option on_options[] = {
    {"all",                                         NULL, "everything that a stop or `fault off` took"},
    {"for", "DURATION", "back again after so long: 10m"},
    {0                                        }
};
static const struct cli_option dry_run_options[] = {
    {"last",                                   "N", "how many journal entries; default 500"},
    {"over-files", NULL, "on top of the daemon's rule files, not instead of them"},
    {0                            }
};
static const struct cli_option reset_options[] = {
    {"account",                                                            "ACCOUNT",
     "only this account: its resources, its calls in the journal, what rules counted for it and "
     "the "
     "rules added for it alone"},
    {"seed",                                           NULL, "also forget the emulated resources and apply the seed files again"},
    {"state",                                                               NULL, "also forget the emulated resources"},
    {"what", "LIST",
     "of counters, bursts, scenarios, journal, coverage, api_layer, clock; default: all but the "
     "file layer"},
    {0                                                             },
};

static const struct cli_option exec_options[] = {
    PRIVATE_OPTIONS,
    {"verify",                                                       "FILE", "assertions that must hold when the command has ended with 0"},
    {"tape", "FILE", "write down every decision, for 'fcemu shrink'"},
    {0                                                        },
};
static const struct cli_option drill_options[] = {
    PRIVATE_OPTIONS,
    {"id",                                                  "DRILL", "which drill of the file, when it has several"},
    {"seed",       "SEED", "what chance depends on, instead of the drill's own"},
    {"timeout",                                                "DURATION", "stop after so long, instead of the drill's own: 3m"},
    {"report", "FILE",
      "write it there, too, as its ending says: .json, .xml (JUnit), .md, .html, .txt; may be given "
     "again"},
    {"format",                                             "FORMAT", "what is printed: text, json, junit, markdown or html"},
    {"ca-dir", "DIR", "folder of the authority of a daemon at hand"},
    {0                                             },
};
static const struct cli_option react_options[] = {
    PRIVATE_OPTIONS,
    {"errors",                                                                     "LIST", "codes with commas between them, or all; default: those of the reference"},
    {"network",   NULL, "also every other way a call may end: reset, close, cut, hang and the like"},
    {"parallel",                                                                    "N", "so many at once, each with a daemon of its own"},
    {"timeout", "DURATION", "longest time for one run of the command; default 60s"},
    {0                                                                  },
};
static const struct cli_option sweep_options[] = {
    PRIVATE_OPTIONS,
    {"errors",                                          "LIST",
      "codes with commas between them, or documented for the 13 of the reference; default: those of "
     "them that fit the operation"},
    {"network",                      NULL, "also every other way a call may end"},
    {"parallel",                                         "N", "so many at once, each with a daemon of its own"},
    {"timeout",            "DURATION", "longer than this is called hung; default 60s"},
    {"budget",                                        "DURATION", "stop after so long: 5m"},
    {"resume", "FILE", "keep what is known there, and do not do it again"},
    {"seed",                                         "SEED", "shuffle the trials"},
    {"first",   NULL, "stop at the first failure"},
    {"all",                                          NULL, "show those that passed, too"},
    {0                        },
};
static const struct cli_option shrink_options[] = {
    PRIVATE_OPTIONS,
    {"out",                                                     "FILE", "where the smallest tape goes; default: standard output"},
    {"parallel", "N", "so many at once, each with a daemon of its own"},
    {"timeout",                                                "DURATION", "longest time for one run of the command; default 60s"},
    {0        },
};
static const struct cli_option report_options[] = {
    {"format",                               "FORMAT", "text, json, junit, markdown or html"},
    {"tape", "FILE", "write down every decision, for 'fcemu shrink'"},
    {0                                },
};

static const struct cli_verb verbs[] = {
    {"serve",           "",                              0, 0,       "run the daemon (also without a verb)",
     "Settings come from flags, FCEMU_ variables, the configuration file and defaults, in this "
     "order.\n"
     "SIGHUP reads the rules again, SIGUSR1 stops all faults, SIGTERM and SIGINT end the daemon.",                                                                                                                        NO_OPTIONS,       CLI_SETTINGS,                        verb_serve          },
    {"check",           "[FILE]",                        0, 1,       "check the configuration and everything it names",             NULL,
     strict_options,                                                                                                                                                                                                                        CLI_SETTINGS,                        verb_check          },
    {"schema",          "",                              0, 0,       "JSON Schema of the configuration",                            NULL,                                                                                 NO_OPTIONS,       0,                                   verb_schema         },
    {"config",          "",                              0, 0,       "the configuration with every key and its default, as YAML",   NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            0,                                   verb_config         },
    {"errors",          "[CODE]",                        0, 1,       "the documented error codes, in English and Chinese",          NULL,
     lang_options,                                                                                                                                                                                                                          CLI_JSON,                            verb_errors         },
    {"limits",          "",                              0, 0,       "the documented limits; each of them is a setting",            NULL,                                                                                 NO_OPTIONS,
     CLI_JSON,                                                                                                                                                                                                                                                                   verb_limits         },
    {"regions",         "",                              0, 0,       "the documented regions and their endpoints",                  NULL,                                                                                 NO_OPTIONS,       CLI_JSON,
     verb_regions                                                                                                                                                                                                                                                                                    },
    {"operations",      "",                              0, 0,       "every operation of every API version",                        NULL,                                                                                 api_options,      CLI_JSON,
     verb_operations                                                                                                                                                                                                                                                                                 },
    {"fault list",      "",                              0, 0,       "the rules in force, with counters",                           NULL,                                                                                 NO_OPTIONS,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_fault_list     },
    {"fault show",      "ID",                            1, 1,       "one rule, as YAML that loads",                                NULL,                                                                                 NO_OPTIONS,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_fault_show     },
    {"fault stats",     "",                              0, 0,       "what each rule matched, reached, fired and capped",           NULL,                                                                                 NO_OPTIONS,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_fault_stats    },
    {"fault check",     "FILE…",                       1, CLI_ANY, "check rule files, or '-'; no daemon needed",                  NULL,
     check_options,                                                                                                                                                                                                                         CLI_JSON,                            verb_fault_check    },
    {"fault new",       "CODE",                          1, 1,       "print a commented rule to start from",                        NULL,                                                                                 new_options,      0,
     verb_fault_new                                                                                                                                                                                                                                                                                  },
    {"fault add",       "FILE|-",                        1, 1,       "add a rule on top of the files",                              NULL,                                                                                 place_options,    CLI_DAEMON,
     verb_fault_add                                                                                                                                                                                                                                                                                  },
    {"fault set",       "ID KEY=VALUE",                  2, CLI_ANY, "change a rule: when.probability=50%",                         NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            CLI_DAEMON,                          verb_fault_set      },
    {"fault rm",        "ID",                            1, 1,       "remove a rule that was added",                                NULL,                                                                                 NO_OPTIONS,       CLI_DAEMON,
     verb_fault_rm                                                                                                                                                                                                                                                                                   },
    {"fault on",        "[ID|group:NAME]",               0, 1,       "enable a rule, a group, or --all after a stop",               NULL,
     on_options,                                                                                                                                                                                                                            CLI_DAEMON,                          verb_fault_on       },
    {"fault off",       "ID|group:NAME",                 1, 1,       "disable a rule or a group",                                   NULL,                                                                                 for_options,      CLI_DAEMON,
     verb_fault_off                                                                                                                                                                                                                                                                                  },
    {"fault stop",      "",                              0, 0,       "stop all: disable every rule, release every held call",       NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            CLI_JSON | CLI_DAEMON,               verb_fault_stop     },
    {"fault explain",   "REQUEST_ID",                    1, 1,       "why a call was struck or spared, gate by gate",               NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            CLI_JSON | CLI_DAEMON,               verb_fault_explain  },
    {"fault dry-run",   "FILE",                          1, 1,       "what rules would have done to the last calls",                NULL,
     dry_run_options,                                                                                                                                                                                                                       CLI_JSON | CLI_DAEMON,               verb_fault_dry_run  },
    {"fault sample",    "LATENCY",                       1, 1,
     "percentiles and a histogram of a latency: '{lognormal: {median: 80ms, p99: 1s}}'",                                            NULL,
     sample_options,                                                                                                                                                                                                                        CLI_JSON,                            verb_fault_sample   },
    {"fault catalog",   "",                              0, 0,       "which errors and operations rules can name",                  NULL,                                                                                 catalog_options,
     CLI_JSON,                                                                                                                                                                                                                                                                   verb_fault_catalog  },
    {"fault schema",    "",                              0, 0,       "JSON Schema of rule files",                                   NULL,                                                                                 NO_OPTIONS,       0,                                   verb_fault_schema   },
    {"fault tape save", "FILE|-",                        1, 1,       "write down every decision so far",                            NULL,                                                                                 NO_OPTIONS,
     CLI_DAEMON,                                                                                                                                                                                                                                                                 verb_fault_tape_save},
    {"fault tape stop", "",                              0, 0,       "decide by the rules again",                                   NULL,                                                                                 NO_OPTIONS,       CLI_DAEMON,
     verb_fault_tape_stop                                                                                                                                                                                                                                                                            },
    {"fault tape play", "FILE|-",                        1, 1,       "repeat the decisions of a tape",                              NULL,                                                                                 NO_OPTIONS,
     CLI_DAEMON,                                                                                                                                                                                                                                                                 verb_fault_tape_play},
    {"requests",        "[KEY=VALUE…]",                0, CLI_ANY, "the last calls",
     "Filters are options or words: \'fcemu requests function=pay status=503\'.",                                                                                                                                         request_options,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_requests       },
    {"requests show",   "REQUEST_ID",                    1, 1,       "one call in full",                                            NULL,                                                                                 NO_OPTIONS,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_requests_show  },
    {"tail",            "",                              0, 0,       "calls and faults as they happen",                             NULL,                                                                                 NO_OPTIONS,       CLI_JSON | CLI_DAEMON,
     verb_tail                                                                                                                                                                                                                                                                                       },
    {"verify",          "EXPR",                          1, 1,       "check assertions against the journal: '[{calls: {gte: 3}}]'", NULL,
     verify_options,                                                                                                                                                                                                                        CLI_JSON | CLI_DAEMON,               verb_verify         },
    {"retries",         "",                              0, 0,       "retry chains with their gaps",                                NULL,                                                                                 retries_options,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_retries        },
    {"coverage",        "",                              0, 0,       "which documented error met which operation",                  NULL,                                                                                 coverage_options,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_coverage       },
    {"exec",            "-- COMMAND…",                 0, 0,       "run a command with a daemon of its own",
     "The command finds the daemon by its environment, as 'fcemu env' would set it: proxies, "
     "certificates, FCEMU_ADDRESS.\n"
     "Exits with the command's own status when that is not 0, else with that of --verify; 128 + N "
     "when signal N ended it or "
     "us, 127 when there is no such program, 126 when it cannot be run, 5 when the daemon cannot "
     "start. Nothing is left "
     "running behind.",                                                                                                                                                                                                   exec_options,     CLI_COMMAND,                         verb_exec           },
    {"drill check",     "FILE…",                       1, CLI_ANY, "check files with drills, or '-'; no daemon needed",           NULL,
     check_options,                                                                                                                                                                                                                         CLI_JSON,                            verb_fault_check    },
    {"drill list",      "",                              0, 0,       "the drills of the loaded rules, and what ran",                NULL,                                                                                 NO_OPTIONS,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_drill_list     },
    {"drill run",       "ID|FILE [-- COMMAND…]",       1, 1,       "run a drill, with a command as its workload",
     "A file, or an ID where no daemon is at hand, runs in a private daemon. With a command the "
     "drill is over when that has "
     "ended, without one when its last step is done. Rules are as before, whatever way it ends.",                                                                                                                         drill_options,    CLI_JSON | CLI_DAEMON | CLI_COMMAND, verb_drill_run      },
    {"drill stop",      "[RUN]",                         0, 1,       "end the drill that runs; rules are as before it",             NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            CLI_JSON | CLI_DAEMON,               verb_drill_stop     },
    {"drill report",    "[RUN|FILE]",                    0, 1,
     "a report in another form: of the last run, of one, or of a file",                                                             NULL,                                                                                 report_options,
     CLI_JSON | CLI_DAEMON,                                                                                                                                                                                                                                                      verb_drill_report   },
    {"drill diff",      "FROM TO",                       2, 2,       "what differs between two reports; exit 1 when they do",       NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            0,                                   verb_drill_diff     },
    {"drill schema",    "",                              0, 0,       "JSON Schema of a report",                                     NULL,                                                                                 NO_OPTIONS,       0,                                   verb_drill_schema   },
    {"react",           "-- COMMAND…",                 0, 0,       "how a command takes each documented error",
     "Runs the command once for each error, with a daemon of its own that answers every call with "
     "it: attempts, gaps, how it "
     "ended, and whether what it says names the code.",                                                                                                                                                                   react_options,    CLI_JSON | CLI_COMMAND,              verb_react          },
    {"react diff",      "FROM TO",                       2, 2,
     "what differs between two matrices of react --json; exit 1 when a cell does",                                                  NULL,                                                                                 NO_OPTIONS,
     0,                                                                                                                                                                                                                                                                          verb_react_diff     },
    {"sweep",           "-- COMMAND…",                 0, 0,       "every error at every call of a command",
     "Runs the command once without a fault, then once for each error that each of its calls can "
     "meet. It must end with exit 0 each time; "
     "exit 1 when it does not.",                                                                                                                                                                                          sweep_options,    CLI_JSON | CLI_COMMAND,              verb_sweep          },
    {"shrink",          "TAPE -- COMMAND…",            1, 1,
     "the fewest faults of a tape that still make a command fail",                                                                  "The failure must come back three times of three; else it is called flaky (exit 7).",
     shrink_options,                                                                                                                                                                                                                        CLI_COMMAND,                         verb_shrink         },
    {"clock",           "advance D|freeze [T]|real",     0, 2,       "show or move the clock that rules follow",                    NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            CLI_JSON | CLI_DAEMON,               verb_clock          },
    {"reset",           "",                              0, 0,       "forget counters, journal and what was added",                 NULL,                                                                                 reset_options,
     CLI_DAEMON,                                                                                                                                                                                                                                                                 verb_reset          },
    {"snapshot save",   "FOLDER",                        1, 1,       "write the emulated resources to a new folder",                NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            CLI_DAEMON,                          verb_snapshot_save  },
    {"snapshot load",   "FOLDER",                        1, 1,       "replace the emulated resources by a snapshot",                NULL,
     NO_OPTIONS,                                                                                                                                                                                                                            CLI_DAEMON,                          verb_snapshot_load  },
    {"snapshot diff",   "FROM TO",                       2, 2,       "what differs between two snapshots; exit 1 when they do",
     NULL,                                                                                                                                                                                                                NO_OPTIONS,       0,                                   verb_snapshot_diff  },
    {"health",          "",                              0, 0,       "is the daemon ready?",                                        NULL,                                                                                 NO_OPTIONS,       CLI_JSON | CLI_DAEMON,
     verb_health                                                                                                                                                                                                                                                                                     },
    {"ca",              "[path|pem|fingerprint|bundle]", 0, 1,
     "the local certificate authority, for clients to trust",                                                                       NULL,                                                                                 ca_options,       0,                                   verb_ca             },
    {"env",             "[LANGUAGE]",                    0, 1,       "what to set so that clients come here",                       NULL,                                                                                 env_options,
     CLI_JSON,                                                                                                                                                                                                                                                                   verb_env            },
    {"completion",      "bash|zsh|fish",                 1, 1,       "shell completion",                                            NULL,                                                                                 NO_OPTIONS,       0,                                   verb_completion     },
    {"version",         "",                              0, 0,       "print the version",                                           NULL,                                                                                 NO_OPTIONS,       CLI_JSON,                            verb_version        },
    {"help",            "[VERB]",                        0, 3,       "this, or more about a verb",                                  NULL,                                                                                 NO_OPTIONS,       0,                                   verb_help           },
    {"manual",          "",                              0, 0,       "the manual page, as roff",                                    NULL,                                                                                 NO_OPTIONS,       CLI_HIDDEN,                          verb_manual         },
};

const struct cli_verb *cli_verb_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(verbs);
    return verbs;
}
