#include "journal/journal.h"

#include <pthread.h>
#include <stdio.h>

#include "../suite.h"

static struct journal_entry call_to(const char *function)
{
    return (struct journal_entry){
        .request_id = STR("0af1-22"),
        .function = str_of(function),
        .status = 200,
        .code = STR(""),
    };
}

START_TEST(test_journal_entry_is_a_copy)
{
    OWN(journal_free) struct journal *journal = journal_new(1 << 20);
    char name[] = "pay";
    struct journal_strike strike = {
        .rule = STR("throttle"), .gate = GATE_CHANCE, .key = STR("ci"), .n = 4, .draw = 0.4127};
    struct journal_entry entry = call_to(name);

    entry.strikes = &strike;
    entry.strike_count = 1;
    ck_assert_uint_eq(journal_append(journal, &entry), 1);
    memset(name, 'x', sizeof(name));
    memset(&strike, 0, sizeof(strike));

    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(journal);
    ck_assert_uint_eq(journal_snapshot_count(snapshot), 1);
    const struct journal_entry *kept = journal_snapshot_at(snapshot, 0);

    ck_assert(str_eq(kept->function, STR("pay")));
    ck_assert(str_eq(kept->code, STR("")) && str_is_set(kept->code));
    ck_assert(!str_is_set(kept->service));
    ck_assert_uint_eq(kept->strike_count, 1);
    ck_assert(str_eq(kept->strikes[0].rule, STR("throttle")));
    ck_assert(str_eq(kept->strikes[0].key, STR("ci")));
    ck_assert_double_eq(kept->strikes[0].draw, 0.4127);
}
END_TEST

START_TEST(test_journal_stays_within_its_bytes_and_counts_what_is_lost)
{
    enum { BYTES = 256 << 10, CALLS = 5000 };
    OWN(journal_free) struct journal *journal = journal_new(BYTES);

    for (int i = 0; i < CALLS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "f%d", i);
        struct journal_entry entry = call_to(name);

        journal_append(journal, &entry);
    }
    struct journal_stats stats = journal_stats(journal);

    ck_assert_uint_eq(stats.appended, CALLS);
    ck_assert_uint_le(stats.bytes, BYTES);
    ck_assert_uint_ge(stats.bytes, BYTES / 2);
    ck_assert_uint_gt(stats.lost, 0);
    ck_assert_uint_eq(stats.kept + stats.lost, CALLS);

    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(journal);
    size_t count = journal_snapshot_count(snapshot);

    ck_assert_uint_eq(count, stats.kept);
    ck_assert_uint_eq(journal_snapshot_lost(snapshot), stats.lost);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(journal_snapshot_at(snapshot, i)->number, stats.lost + i + 1);
    ck_assert(str_eq(journal_snapshot_at(snapshot, count - 1)->function, STR("f4999")));
}
END_TEST

START_TEST(test_journal_snapshot_outlives_clear_and_new_entries)
{
    OWN(journal_free) struct journal *journal = journal_new(64 << 10);
    struct journal_entry entry = call_to("old");

    journal_append(journal, &entry);
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(journal);
    journal_clear(journal);
    entry = call_to("new");
    for (int i = 0; i < 500; i++)
        journal_append(journal, &entry);
    ck_assert_uint_eq(journal_snapshot_count(snapshot), 1);
    ck_assert(str_eq(journal_snapshot_at(snapshot, 0)->function, STR("old")));
    ck_assert_uint_eq(journal_stats(journal).appended, 501);
}
END_TEST

/* Large enough for slabs, and filled five times over. */
START_TEST(test_journal_of_many_calls_keeps_the_newest_of_each_round)
{
    enum { BYTES = 9 << 20, ROUNDS = 5 };
    static const char text[2048] = "kept";
    OWN(journal_free) struct journal *journal = journal_new(BYTES);
    struct journal_snapshot *snapshots[ROUNDS];
    struct journal_entry entry = call_to("pay");

    entry.request_body = (struct str){text, sizeof(text)};
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < BYTES / sizeof(text); i++)
            journal_append(journal, &entry);
        snapshots[round] = journal_snapshot_take(journal);
    }
    ck_assert_uint_le(journal_stats(journal).bytes, BYTES);
    ck_assert_uint_ge(journal_stats(journal).bytes, BYTES / 4 * 3);
    journal_clear(journal);
    journal_append(journal, &entry);
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = journal_snapshot_count(snapshots[round]);
        uint64_t newest = BYTES / sizeof(text) * (uint64_t)(round + 1);

        for (size_t i = 0; i < count; i++) {
            const struct journal_entry *kept = journal_snapshot_at(snapshots[round], i);

            ck_assert_uint_eq(kept->number, newest - count + 1 + i);
            ck_assert(str_eq(kept->request_body, entry.request_body));
        }
        journal_snapshot_free(snapshots[round]);
    }
}
END_TEST

START_TEST(test_journal_find_takes_the_newest_without_regard_to_case)
{
    OWN(journal_free) struct journal *journal = journal_new(64 << 10);
    struct journal_entry entry = call_to("first");

    journal_append(journal, &entry);
    entry = call_to("second");
    journal_append(journal, &entry);
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(journal);
    const struct journal_entry *found = journal_snapshot_find(snapshot, STR("0AF1-22"));

    ck_assert_ptr_nonnull(found);
    ck_assert(str_eq(found->function, STR("second")));
    ck_assert_ptr_null(journal_snapshot_find(snapshot, STR("0af1-23")));
}
END_TEST

START_TEST(test_journal_entry_larger_than_the_ring_is_lost)
{
    static const char big[64 << 10] = {1};
    OWN(journal_free) struct journal *journal = journal_new(32 << 10);
    struct journal_entry entry = call_to("big");

    entry.request_body = (struct str){big, sizeof(big)};
    journal_append(journal, &entry);
    ck_assert_uint_eq(journal_stats(journal).lost, 1);
    ck_assert_uint_eq(journal_stats(journal).kept, 0);
    journal_clear(journal);
    ck_assert_uint_eq(journal_stats(journal).lost, 0);
}
END_TEST

static void count_tapped(void *arg, const struct journal_entry *entry)
{
    *(uint64_t *)arg += entry->number;
}

START_TEST(test_journal_tap_sees_each_kept_entry_with_its_number)
{
    OWN(journal_free) struct journal *journal = journal_new(64 << 10);
    struct journal_entry entry = call_to("f");
    uint64_t sum = 0;

    journal_tap(journal, count_tapped, &sum);
    for (int i = 0; i < 3; i++)
        journal_append(journal, &entry);
    journal_tap(journal, NULL, NULL);
    journal_append(journal, &entry);
    ck_assert_uint_eq(sum, 1 + 2 + 3);
}
END_TEST

static void *read_snapshots(void *arg)
{
    struct journal *journal = arg;
    uint64_t seen = 0;

    while (seen < 20000) {
        OWN(journal_snapshot_free)
        struct journal_snapshot *snapshot = journal_snapshot_take(journal);
        size_t count = journal_snapshot_count(snapshot);

        for (size_t i = 1; i < count; i++)
            ck_assert_uint_eq(journal_snapshot_at(snapshot, i)->number,
                              journal_snapshot_at(snapshot, i - 1)->number + 1);
        if (count)
            seen = journal_snapshot_at(snapshot, count - 1)->number;
    }
    return NULL;
}

START_TEST(test_journal_is_read_while_it_is_written)
{
    OWN(journal_free) struct journal *journal = journal_new(128 << 10);
    pthread_t reader;
    struct journal_entry entry = call_to("f");

    ck_assert_int_eq(pthread_create(&reader, NULL, read_snapshots, journal), 0);
    for (int i = 0; i < 20000; i++)
        journal_append(journal, &entry);
    pthread_join(reader, NULL);
    ck_assert_uint_eq(journal_stats(journal).appended, 20000);
}
END_TEST

START_TEST(test_journal_forgets_one_account)
{
    OWN(journal_free) struct journal *journal = journal_new(JOURNAL_BYTES_DEFAULT);
    struct journal_entry mine = {.request_id = STR("mine"), .account = STR("1")};
    struct journal_entry theirs = {.request_id = STR("theirs"), .account = STR("11")};
    enum { PAIRS = 3000 }; /* more than a segment holds */

    journal_append(journal, &theirs);
    uint64_t one = journal_stats(journal).bytes;

    for (int i = 0; i < PAIRS; i++) {
        journal_append(journal, &mine);
        journal_append(journal, &theirs);
    }
    OWN(journal_snapshot_free) struct journal_snapshot *before = journal_snapshot_take(journal);

    journal_forget_account(journal, STR("1"));
    struct journal_stats stats = journal_stats(journal);

    ck_assert_uint_eq(stats.kept, PAIRS + 1);
    ck_assert_uint_eq(stats.bytes, (PAIRS + 1) * one);
    ck_assert_uint_eq(stats.lost, 0);
    journal_append(journal, &mine);
    OWN(journal_snapshot_free) struct journal_snapshot *after = journal_snapshot_take(journal);

    ck_assert_uint_eq(journal_snapshot_count(before), 2 * PAIRS + 1);
    ck_assert_uint_eq(journal_snapshot_count(after), PAIRS + 2);
    for (size_t i = 0; i < PAIRS; i++) {
        const struct journal_entry *entry = journal_snapshot_at(after, i);

        ck_assert(str_eq(entry->request_id, STR("theirs")));
        ck_assert_uint_eq(entry->number, 2 * i + 1);
    }
    ck_assert_uint_eq(journal_snapshot_at(after, PAIRS + 1)->number, 2 * PAIRS + 2);
}
END_TEST

START_TEST(test_journal_that_is_off_keeps_nothing)
{
    OWN(journal_free) struct journal *journal = journal_new(0);
    struct journal_entry entry = {.request_id = STR("r")};

    ck_assert(!journal_is_on(journal));
    ck_assert_uint_eq(journal_append(journal, &entry), 0);
    ck_assert_uint_eq(journal_stats(journal).kept, 0);
    ck_assert_uint_eq(journal_stats(journal).lost, 0);
}
END_TEST

/* SHA-256 of "abc", from FIPS 180-4. */
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

START_TEST(test_journal_digest_of_a_kept_body_is_worked_out_when_asked)
{
    char room[DIGEST_HEX_BYTES];
    struct journal_entry whole = {.request_bytes = 3, .request_body = STR("abc")};
    struct journal_entry hidden = {
        .request_bytes = 3, .request_body = STR("***"), .body_sha256 = STR(ABC_SHA256)};
    struct journal_entry cut = {.request_bytes = 3, .request_body = STR("ab")};
    struct journal_entry none = {.request_body = STR("")};

    ck_assert(str_eq(journal_body_sha256(&whole, room), STR(ABC_SHA256)));
    ck_assert(str_eq(journal_body_sha256(&hidden, room), STR(ABC_SHA256)));
    ck_assert_uint_eq(journal_body_sha256(&cut, room).len, 0);
    ck_assert_uint_eq(journal_body_sha256(&none, room).len, 0);
    ck_assert(journal_body_is_whole(&whole));
    ck_assert(journal_body_is_whole(&none));
    ck_assert(!journal_body_is_whole(&hidden));
    ck_assert(!journal_body_is_whole(&cut));
}
END_TEST

START_TEST(test_journal_late_work_is_found_by_its_number)
{
    OWN(journal_free) struct journal *journal = journal_new(1 << 20);
    struct journal_late waits = {.state = LATE_WAITS};
    struct journal_entry late = {.request_id = STR("late"), .late = &waits};
    struct journal_entry other = {.request_id = STR("other")};
    uint64_t numbers[2];

    for (int i = 0; i < 2000; i++) /* over many segments; some fall out */
        journal_append(journal, &other);
    numbers[0] = journal_append(journal, &late);
    journal_append(journal, &other);
    numbers[1] = journal_append(journal, &late);
    journal_late_ends(journal, numbers[0], LATE_DONE, 201, STR_NONE);
    journal_late_ends(journal, numbers[1], LATE_REFUSED, 409, STR("ServiceAlreadyExists"));
    journal_late_ends(journal, numbers[0] + 1, LATE_DONE, 200, STR_NONE); /* is not late */
    journal_late_ends(journal, 1, LATE_DONE, 200, STR_NONE);              /* may be gone */
    journal_late_ends(journal, 99999, LATE_DONE, 200, STR_NONE);
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(journal);
    size_t count = journal_snapshot_count(snapshot);
    const struct journal_entry *done = journal_snapshot_at(snapshot, count - 3);
    const struct journal_entry *refused = journal_snapshot_at(snapshot, count - 1);

    ck_assert(journal_entry_performed(done));
    ck_assert_int_eq(done->late->status, 201);
    ck_assert_str_eq(done->late->code, "");
    ck_assert(!journal_entry_performed(refused));
    ck_assert_str_eq(refused->late->code, "ServiceAlreadyExists");
    ck_assert_ptr_null(journal_snapshot_at(snapshot, count - 2)->late);
    ck_assert_int_eq(waits.state, LATE_WAITS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/journal");
    TCase *tc = tcase_create("ring");

    tcase_add_test(tc, test_journal_entry_is_a_copy);
    tcase_add_test(tc, test_journal_stays_within_its_bytes_and_counts_what_is_lost);
    tcase_add_test(tc, test_journal_snapshot_outlives_clear_and_new_entries);
    tcase_add_test(tc, test_journal_of_many_calls_keeps_the_newest_of_each_round);
    tcase_add_test(tc, test_journal_find_takes_the_newest_without_regard_to_case);
    tcase_add_test(tc, test_journal_entry_larger_than_the_ring_is_lost);
    tcase_add_test(tc, test_journal_tap_sees_each_kept_entry_with_its_number);
    tcase_add_test(tc, test_journal_is_read_while_it_is_written);
    tcase_add_test(tc, test_journal_forgets_one_account);
    tcase_add_test(tc, test_journal_that_is_off_keeps_nothing);
    tcase_add_test(tc, test_journal_digest_of_a_kept_body_is_worked_out_when_asked);
    tcase_add_test(tc, test_journal_late_work_is_found_by_its_number);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
