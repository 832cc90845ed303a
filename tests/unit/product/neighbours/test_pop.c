#include "fixture.h"

#define STS "sts.aliyuncs.com"
#define RAM "ram.aliyuncs.com"

static cJSON *answer_tree(void)
{
    struct error err;
    cJSON *tree = json_parse(f.answer.body, &err);

    ck_assert_msg(tree != NULL, "%s: %s", err.text, answer_text());
    return tree;
}

static int sts(const char *params)
{
    return ask("GET", STS, arena_printf(f.arena, "/?Format=JSON&%s", params), "");
}

static int ram(const char *params)
{
    return ask("GET", RAM, arena_printf(f.arena, "/?Format=JSON&%s", params), "");
}

START_TEST(test_sts_says_who_calls)
{
    ck_assert_int_eq(sts("Action=GetCallerIdentity&AccessKeyId=abc"), 200);
    ck_assert_str_eq(answer_text(),
                     "{\"IdentityType\":\"Account\",\"AccountId\":\"100\",\"UserId\":\"100\","
                     "\"PrincipalId\":\"100\",\"Arn\":\"acs:ram::100:root\","
                     "\"RequestId\":\"REQ-1\"}");
    ck_assert_int_eq(ask("GET", STS, "/?Action=GetCallerIdentity", ""), 200);
    assert_holds(answer_text(), "<GetCallerIdentityResponse><IdentityType>Account</IdentityType>");
}
END_TEST

START_TEST(test_sts_reads_parameters_from_a_form_and_the_action_from_a_header)
{
    with_header("Content-Type", "application/x-www-form-urlencoded");
    ck_assert_int_eq(ask("POST", STS, "/", "Action=GetCallerIdentity&Format=JSON"), 200);
    assert_holds(answer_text(), "\"AccountId\":\"100\"");
    with_header("x-acs-action", "GetCallerIdentity");
    ck_assert_int_eq(ask("POST", STS, "/", ""), 200);
    assert_holds(answer_text(), "\"AccountId\":\"100\"");
}
END_TEST

START_TEST(test_sts_temporary_key_is_known_until_it_ends)
{
    struct auth_key key;

    ck_assert_int_eq(sts("Action=AssumeRole&RoleArn=acs:ram::200:role/dep&RoleSessionName=me"
                         "&DurationSeconds=900"),
                     200);
    OWN(json_free) cJSON *tree = answer_tree();
    const cJSON *credentials = cJSON_GetObjectItem(tree, "Credentials");
    struct str id = arena_str(f.arena, json_get_str(credentials, "AccessKeyId"));

    ck_assert(str_starts(id, STR("STS.")));
    ck_assert(str_eq(json_get_str(credentials, "Expiration"), STR("1970-01-12T14:01:40Z")));
    ck_assert(str_eq(json_get_str(cJSON_GetObjectItem(tree, "AssumedRoleUser"), "Arn"),
                     STR("acs:ram::200:role/dep/me")));
    ck_assert(neighbours_find_key(f.neighbours, id, &key));
    ck_assert(str_eq(key.secret, json_get_str(credentials, "AccessKeySecret")));
    ck_assert(str_eq(key.token, json_get_str(credentials, "SecurityToken")));
    ck_assert(str_eq(key.account, STR("200")));
    ck_assert_uint_eq(key.expires_ms, FIXTURE_NOW_MS + 900000u);
    ck_assert(!neighbours_find_key(f.neighbours, STR("STS.other"), &key));

    const char *who = arena_printf(f.arena, "Action=GetCallerIdentity&AccessKeyId=%s", id.ptr);

    ck_assert_int_eq(sts(who), 200);
    assert_holds(answer_text(), "\"Arn\":\"acs:ram::200:assumed-role/dep/me\"");
    clock_advance(&f.clock, 900 * UINT64_C(1000000000));
    ck_assert_int_eq(sts(who), 400);
    ck_assert(str_eq(f.answer.code, STR("InvalidSecurityToken.Expired")));
}
END_TEST

static const struct {
    const char *params;
    const char *code;
} wrong[] = {
    {"RoleSessionName=me",                                                 "MissingRoleArn"                  },
    {"RoleArn=acs:ram::1:role/r",                                          "MissingRoleSessionName"          },
    {"RoleArn=acs:ram::1:user/r&RoleSessionName=me",                       "InvalidParameter.RoleArn"        },
    {"RoleArn=acs:ram::x:role/r&RoleSessionName=me",                       "InvalidParameter.RoleArn"        },
    {"RoleArn=acs:ram::1:role/r&RoleSessionName=m",                        "InvalidParameter.RoleSessionName"},
    {"RoleArn=acs:ram::1:role/r&RoleSessionName=a%20b",                    "InvalidParameter.RoleSessionName"},
    {"RoleArn=acs:ram::1:role/r&RoleSessionName=me&DurationSeconds=899",
     "InvalidParameter.DurationSeconds"                                                                      },
    {"RoleArn=acs:ram::1:role/r&RoleSessionName=me&DurationSeconds=43201",
     "InvalidParameter.DurationSeconds"                                                                      },
};

START_TEST(test_sts_refuses_a_wrong_assumption)
{
    ck_assert_int_eq(sts(arena_printf(f.arena, "Action=AssumeRole&%s", wrong[_i].params)), 400);
    ck_assert_msg(str_eq(f.answer.code, str_of(wrong[_i].code)), "'%s': '" STR_FMT "'",
                  wrong[_i].params, STR_ARG(f.answer.code));
}
END_TEST

START_TEST(test_ram_roles_exist_once_they_are_created)
{
    ck_assert_int_eq(ram("Action=GetRole&RoleName=dep"), 404);
    ck_assert_str_eq(answer_text(), "{\"RequestId\":\"REQ-1\",\"HostId\":\"" RAM
                                    "\",\"Code\":\"EntityNotExist.Role\","
                                    "\"Message\":\"The role not exists : dep .\"}");
    ck_assert_int_eq(ram("Action=CreateRole&RoleName=dep&AssumeRolePolicyDocument=%7B%7D"), 200);
    assert_holds(answer_text(), "\"Arn\":\"acs:ram::100:role/dep\"");
    ck_assert_int_eq(ram("Action=CreateRole&RoleName=dep&AssumeRolePolicyDocument=%7B%7D"), 409);
    ck_assert(str_eq(f.answer.code, STR("EntityAlreadyExists.Role")));
    ck_assert_int_eq(ram("Action=GetRole&RoleName=dep"), 200);
    assert_holds(answer_text(), "\"AssumeRolePolicyDocument\":\"{}\"");
    ck_assert_int_eq(ram("Action=ListRoles"), 200);
    assert_holds(answer_text(), "\"RoleName\":\"dep\"");
    ck_assert_int_eq(ram("Action=DeleteRole&RoleName=dep"), 200);
    ck_assert_int_eq(ram("Action=GetRole&RoleName=dep"), 404);
}
END_TEST

START_TEST(test_other_products_are_refused_as_their_clients_read_it)
{
    ck_assert_int_eq(ask("GET", "vpc.aliyuncs.com", "/?Action=DescribeVpcs&Format=JSON", ""), 404);
    ck_assert_str_eq(answer_text(),
                     "{\"RequestId\":\"REQ-1\",\"HostId\":\"vpc.aliyuncs.com\",\"Code\":"
                     "\"InvalidAction.NotFound\","
                     "\"Message\":\"fcemu does not emulate 'DescribeVpcs' of vpc.aliyuncs.com.\"}");
    ck_assert_int_eq(ask("POST", "fc-open.cn-hangzhou.aliyuncs.com", "/?Action=OpenFcService", ""),
                     400);
    ck_assert(str_eq(f.answer.code, STR("ORDER.OPEND")));
    with_header("x-acs-action", "OpenFcService");
    ck_assert_int_eq(ask("POST", "fc-open.cn-hangzhou.aliyuncs.com", "/service/open", ""), 400);
    assert_holds(answer_text(), "已开通");
    ck_assert_int_eq(ask("GET", "apigateway.cn-shanghai.aliyuncs.com",
                         "/?Action=DescribeApiGroups&Format=JSON", ""),
                     200);
    assert_holds(answer_text(), "{\"ApiGroupAttributes\":{\"ApiGroupAttribute\":[]},");
}
END_TEST

START_TEST(test_ram_policy_versions_come_and_go)
{
    const char *create = "Action=CreatePolicyVersion&PolicyName=p&PolicyDocument=%d&%s";

    ck_assert_int_eq(ram(arena_printf(f.arena, create, 1, "")), 404);
    ck_assert(str_eq(f.answer.code, STR("EntityNotExist.Policy")));
    ck_assert_int_eq(ram("Action=CreatePolicy&PolicyName=p&PolicyDocument=1"), 200);
    ck_assert_ptr_null(strstr(answer_text(), "Versions"));
    ck_assert_int_eq(ram(arena_printf(f.arena, create, 2, "SetAsDefault=true")), 200);
    assert_holds(answer_text(), "{\"PolicyVersion\":{\"VersionId\":\"v2\","
                                "\"PolicyDocument\":\"2\",");
    assert_holds(answer_text(), "\"IsDefaultVersion\":true");
    ck_assert_int_eq(ram("Action=GetPolicy&PolicyName=p&PolicyType=Custom"), 200);
    assert_holds(answer_text(), "\"DefaultVersion\":\"v2\"");
    assert_holds(answer_text(), "\"PolicyDocument\":\"2\"");
    ck_assert_int_eq(ram("Action=SetDefaultPolicyVersion&PolicyName=p&VersionId=v1"), 200);
    ck_assert_int_eq(ram("Action=GetPolicyVersion&PolicyName=p&VersionId=v1"), 200);
    assert_holds(answer_text(), "\"IsDefaultVersion\":true");
    ck_assert_int_eq(ram("Action=DeletePolicyVersion&PolicyName=p&VersionId=v1"), 409);
    ck_assert(str_eq(f.answer.code, STR("DeleteConflict.Policy.Version")));
    ck_assert_int_eq(ram("Action=DeletePolicyVersion&PolicyName=p&VersionId=v2"), 200);
    ck_assert_int_eq(ram("Action=DeletePolicyVersion&PolicyName=p&VersionId=v2"), 404);
    ck_assert(str_eq(f.answer.code, STR("EntityNotExist.Policy.Version")));
    for (int i = 3; i <= 6; i++)
        ck_assert_int_eq(ram(arena_printf(f.arena, create, i, "")), 200);
    ck_assert_int_eq(ram(arena_printf(f.arena, create, 7, "")), 409);
    ck_assert(str_eq(f.answer.code, STR("LimitExceeded.Policy.Version")));
    ck_assert_int_eq(
        ram(arena_printf(f.arena, create, 7,
                         "RotateStrategy=DeleteOldestNonDefaultVersionWhenLimitExceeded")),
        200);
    ck_assert_int_eq(ram("Action=ListPolicyVersions&PolicyName=p&PolicyType=Custom"), 200);
    assert_holds(answer_text(), "{\"PolicyVersions\":{\"PolicyVersion\":[{\"VersionId\":\"v1\"");
    ck_assert_ptr_null(strstr(answer_text(), "\"v3\""));
    assert_holds(answer_text(), "\"v7\"");
    ck_assert_int_eq(ram("Action=ListPolicies"), 200);
    assert_holds(answer_text(), "\"PolicyName\":\"p\"");
}
END_TEST

START_TEST(test_ram_policies_are_attached_and_listed)
{
    ck_assert_int_eq(ram("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=x"), 200);
    ck_assert_int_eq(ram("Action=GetPolicy&PolicyName=mine&PolicyType=Custom"), 404);
    ck_assert_int_eq(ram("Action=CreatePolicy&PolicyName=mine&PolicyDocument=doc"), 200);
    ck_assert_int_eq(ram("Action=GetPolicy&PolicyName=mine&PolicyType=Custom"), 200);
    assert_holds(answer_text(), "\"PolicyDocument\":\"doc\"");
    ck_assert_int_eq(ram("Action=AttachPolicyToRole&RoleName=r&PolicyName=mine&PolicyType=Custom"),
                     200);
    ck_assert_int_eq(ram("Action=AttachPolicyToRole&RoleName=r&PolicyName=mine&PolicyType=Custom"),
                     409);
    ck_assert(str_eq(f.answer.code, STR("EntityAlreadyExists.Role.Policy")));
    ck_assert_int_eq(
        ram("Action=AttachPolicyToRole&RoleName=r&PolicyName=AliyunFCFullAccess&PolicyType=System"),
        200);
    ck_assert_int_eq(ram("Action=AttachPolicyToRole&RoleName=r&PolicyName=none&PolicyType=Custom"),
                     404);
    ck_assert_int_eq(ram("Action=ListPoliciesForRole&RoleName=r"), 200);
    assert_holds(answer_text(), "\"PolicyName\":\"mine\"");
    assert_holds(answer_text(), "\"PolicyName\":\"AliyunFCFullAccess\"");
    ck_assert_ptr_null(strstr(answer_text(), "PolicyDocument"));
    ck_assert_int_eq(ram("Action=DeleteRole&RoleName=r"), 409);
    ck_assert_int_eq(
        ram("Action=DetachPolicyFromRole&RoleName=r&PolicyName=mine&PolicyType=Custom"), 200);
    ck_assert_int_eq(ram("Action=ListPoliciesForRole&RoleName=r"), 200);
    ck_assert_ptr_null(strstr(answer_text(), "\"mine\""));
    ck_assert_int_eq(ram("Action=DeletePolicy&PolicyName=mine"), 200);
    ck_assert_int_eq(ram("Action=GetPolicy&PolicyName=mine&PolicyType=Custom"), 404);
}
END_TEST

START_TEST(test_pop_names_what_it_does_not_emulate)
{
    ck_assert_int_eq(ram("Action=CreateUser"), 404);
    assert_holds(answer_text(), "fcemu does not emulate 'CreateUser' of RAM.");
    ck_assert_int_eq(sts("Action=GetRole"), 404); /* of the other product */
    ck_assert(str_eq(f.answer.code, STR("InvalidAction.NotFound")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/neighbours/pop");
    TCase *tc = tcase_create("pop");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_sts_says_who_calls);
    tcase_add_test(tc, test_sts_reads_parameters_from_a_form_and_the_action_from_a_header);
    tcase_add_test(tc, test_sts_temporary_key_is_known_until_it_ends);
    tcase_add_loop_test(tc, test_sts_refuses_a_wrong_assumption, 0, (int)N_ELEMENTS(wrong));
    tcase_add_test(tc, test_ram_roles_exist_once_they_are_created);
    tcase_add_test(tc, test_ram_policy_versions_come_and_go);
    tcase_add_test(tc, test_other_products_are_refused_as_their_clients_read_it);
    tcase_add_test(tc, test_ram_policies_are_attached_and_listed);
    tcase_add_test(tc, test_pop_names_what_it_does_not_emulate);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
