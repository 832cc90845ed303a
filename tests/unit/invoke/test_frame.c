#include "../loop/fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "invoke/frame.h"

enum { HEAD = 12, LARGE = 3 << 20, FRAMES_MAX = 8 };

static struct {
    char kind;
    uint32_t call;
    size_t len;
    char first, last;
} got[FRAMES_MAX];
static size_t count;
static size_t wanted;
static bool ended;

static void on_frame(void *arg, const struct frame *frame)
{
    (void)arg;
    ck_assert_uint_lt(count, FRAMES_MAX);
    got[count].kind = frame->kind;
    got[count].call = frame->call;
    got[count].len = frame->payload.len;
    got[count].first = frame->payload.len ? frame->payload.ptr[0] : '\0';
    got[count].last = frame->payload.len ? frame->payload.ptr[frame->payload.len - 1] : '\0';
    if (++count == wanted)
        loop_stop(loop);
}

static void on_ended(void *arg)
{
    (void)arg;
    ended = true;
    loop_stop(loop);
}

static const struct channel_events events = {.frame = on_frame, .ended = on_ended};

static void open_pair(struct channel **out, int *other)
{
    struct error err;
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    *out = channel_open(loop, pair[0], &events, NULL, &err);
    ck_assert_ptr_nonnull(*out);
    *other = pair[1];
    count = 0;
    ended = false;
}

static void put(int fd, const char *bytes, size_t len)
{
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
}

static void head(char out[HEAD], uint32_t len, char kind, uint32_t call)
{
    memset(out, 0, HEAD);
    memcpy(out, &len, sizeof(len));
    out[4] = kind;
    memcpy(out + 8, &call, sizeof(call));
}

START_TEST(test_frames_are_found_however_they_arrive)
{
    struct channel *channel;
    char bytes[3 * HEAD + 5];
    int other;

    open_pair(&channel, &other);
    head(bytes, 3, 'a', 1);
    memcpy(bytes + HEAD, "xyz", 3);
    head(bytes + HEAD + 3, 0, 'l', 2);
    head(bytes + 2 * HEAD + 3, 2, 'e', 7);
    memcpy(bytes + 3 * HEAD + 3, "pq", 2);
    wanted = (size_t)_i < sizeof(bytes) ? 0 : 3;
    put(other, bytes, (size_t)_i);
    for (wanted = 3; count < 3;) {
        put(other, bytes + _i, sizeof(bytes) - (size_t)_i);
        run();
    }
    ck_assert(got[0].kind == 'a' && got[0].call == 1 && got[0].len == 3 && got[0].last == 'z');
    ck_assert(got[1].kind == 'l' && got[1].call == 2 && got[1].len == 0);
    ck_assert(got[2].kind == 'e' && got[2].call == 7 && got[2].len == 2 && got[2].first == 'p');
    channel_close(channel);
    close(other);
}
END_TEST

/* More than a socket takes at once, in both directions: a channel at either end. */
START_TEST(test_large_frames_pass_whole)
{
    static char large[LARGE];
    struct channel *left;
    struct channel *right;
    struct error err;
    int other;
    const struct str parts[] = {
        {large, 5    },
        {large, LARGE}
    };

    open_pair(&left, &other);
    fcntl(other, F_SETFL, O_NONBLOCK);
    right = channel_open(loop, other, &events, NULL, &err);
    memset(large, 'm', sizeof(large));
    large[0] = 'f';
    large[LARGE - 1] = 'z';
    wanted = 2;
    channel_send(left, 'C', 9, parts, 2);
    channel_send(left, 'C', 10, NULL, 0);
    run();
    ck_assert(got[0].call == 9 && got[0].len == LARGE + 5);
    ck_assert(got[0].first == 'f' && got[0].last == 'z');
    ck_assert(got[1].call == 10 && got[1].len == 0);
    channel_close(left);
    channel_close(right);
}
END_TEST

/* What was lent may change once it was taken back; before that it is not copied. */
START_TEST(test_what_is_lent_is_kept_when_it_goes)
{
    static char large[LARGE];
    const struct str first = {"meta", 4};
    struct channel *left;
    struct channel *right;
    struct error err;
    int other;

    open_pair(&left, &other);
    fcntl(other, F_SETFL, O_NONBLOCK);
    right = channel_open(loop, other, &events, NULL, &err);
    memset(large, 'a', sizeof(large));
    wanted = _i ? 2 : 1;
    channel_lend(left, 'C', 1, &first, 1, (struct str){large, LARGE});
    if (_i == 1) {
        channel_own(left, 2); /* another call's: nothing happens */
        channel_own(left, 1);
        memset(large, 'b', sizeof(large));
    }
    if (_i)
        channel_lend(left, 'C', 2, &first, 1, (struct str){large, LARGE});
    run();
    ck_assert(got[0].call == 1 && got[0].len == LARGE + 4 && got[0].last == 'a');
    if (_i)
        ck_assert(got[1].call == 2 && got[1].len == LARGE + 4 &&
                  got[1].last == (_i == 1 ? 'b' : 'a'));
    channel_close(left);
    channel_close(right);
}
END_TEST

START_TEST(test_the_end_and_nonsense_are_told)
{
    struct channel *channel;
    char bytes[HEAD];
    int other;

    open_pair(&channel, &other);
    close(other);
    run();
    ck_assert(ended);
    channel_close(channel);
    open_pair(&channel, &other);
    head(bytes, FRAME_PAYLOAD_MAX + 1, 'a', 1);
    put(other, bytes, HEAD);
    run();
    ck_assert(ended);
    ck_assert_uint_eq(count, 0);
    channel_close(channel);
    channel_close(NULL);
    close(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invoke/frame");
    TCase *tc = tcase_create("frame");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_frames_are_found_however_they_arrive, 0, 3 * HEAD + 5);
    tcase_add_test(tc, test_large_frames_pass_whole);
    tcase_add_loop_test(tc, test_what_is_lent_is_kept_when_it_goes, 0, 3);
    tcase_add_test(tc, test_the_end_and_nonsense_are_told);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
