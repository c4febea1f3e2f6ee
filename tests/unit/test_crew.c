#include "core/base/child.h"
#include "core/base/random.h"
#include "tools/extract/crew.h"
#include "tools/extract/reply.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The parent's side, against workers that crash, hang and lie: what a worker
 * does with a clip is told by the clip's number. */
enum misdeed {
    WELL = 0,
    CRASH = 1,
    HANG = 2,
    OTHER_CLIP = 3,
    INDEX_TOO_LARGE = 4,
    INDEX_DESCENDS = 5,
    NO_FRAMES = 6,
    BAD_TIME = 7,
    BAD_RATE = 8,
    NO_SIZE = 9,
    SHORT_MESSAGE = 10,
    FAILS = 11,
    FAILS_WITHOUT_END = 12,
    QUITS = 13,
    EATS_MEMORY = 14,
    LONG_MESSAGE = 15,
    FLOODS = 16,
    SENDS_DESCRIPTORS = 17, // no use to anyone: the clip is well
    NO_YES_OR_NO = 18,
    MISDEEDS = 19,
};

static const char *const expected[MISDEEDS] = {
    "", "worker crashed (Segmentation fault)", "not decoded within 2 s", "another clip's",
    "frame numbers", "frame numbers", "frame numbers", "frame numbers", "frame numbers",
    "a picture of 0 x 6", "a message of 4 bytes", "it \\x1b[31mfails", "xxxx",
    "worker ended early (exit status 7)", "worker crashed (Aborted)", "a message of 16384 bytes",
    "another clip's", "", "2 for yes or no",
};

static const char long_message[CHILD_MESSAGE_MAX];

static void fill(struct worker_setup *setup, uint64_t clip, struct worker_reply *reply)
{
    const struct slot_shape *shape = &setup->shape;
    memset(slot_pixels(shape, setup->slot), (int)(clip & 255), shape->frames * shape->frame_bytes);
    for (size_t i = 0; i < shape->frames; i++) {
        slot_index(shape, setup->slot)[i] = (uint32_t)i;
        slot_time(shape, setup->slot)[i] = i ? (double)clip : NAN;
    }
    memset(reply, 0, sizeof *reply);
    reply->clip = clip;
    reply->info = (struct clip_info){.frame_count = 3, .width = 8, .height = 6, .frame_rate = 25};
}

// As much as there is; then as libraries do that have no answer to a refusal.
static void eat_memory(void)
{
#ifndef TRIPTYCH_NO_FILTER // sanitizers need the address space: it has no limit
    enum { PIECE = 64 << 20 };
    while (mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                -1, 0) != MAP_FAILED) {
    }
#endif
    signal(SIGABRT, SIG_DFL);
    abort();
}

static void flood(int socket, struct worker_reply *reply)
{
    reply->clip += MISDEEDS;
    while (child_send(socket, reply, sizeof *reply, -1, NULL) == 0) {
    }
}

static void misbehave(struct worker_setup *setup, int socket, enum misdeed misdeed,
                      struct worker_reply *reply)
{
    uint32_t *index = slot_index(&setup->shape, setup->slot);
    switch (misdeed) {
    case CRASH:
        signal(SIGSEGV, SIG_DFL); // sanitizers have a handler
        kill(getpid(), SIGSEGV);
        break;
    case HANG: pause(); break;
    case OTHER_CLIP: reply->clip += MISDEEDS; break;
    case INDEX_TOO_LARGE: index[2] = 3; break;
    case INDEX_DESCENDS: index[0] = 1; index[1] = 0; break;
    case NO_FRAMES: reply->info.frame_count = 0; break;
    case BAD_TIME: slot_time(&setup->shape, setup->slot)[1] = INFINITY; break;
    case BAD_RATE: reply->info.frame_rate = NAN; break;
    case NO_SIZE: reply->info.width = 0; break;
    case NO_YES_OR_NO: reply->info.partly = 2; break;
    case SHORT_MESSAGE: (void)!write(socket, reply, 4); break;
    case FAILS:
        reply->code = ERR_DECODE;
        snprintf(reply->message, sizeof reply->message, "it \x1b[31mfails");
        break;
    case FAILS_WITHOUT_END:
        reply->code = ERR_DECODE;
        memset(reply->message, 'x', sizeof reply->message);
        break;
    case QUITS: _exit(7);
    case EATS_MEMORY: eat_memory(); break;
    case LONG_MESSAGE: (void)!write(socket, long_message, sizeof long_message); break;
    case FLOODS: flood(socket, reply); break;
    default: break;
    }
}

static int prepare(void *setup, struct error *err)
{
    (void)setup, (void)err;
    return 0;
}

static int refuse(void *setup, struct error *err)
{
    (void)setup;
    return error_set(err, ERR_NOMEM, "no");
}

static int lie(int socket, void *context)
{
    struct worker_reply reply;
    memset(&reply, 0, sizeof reply);
    reply.clip = WORKER_READY;
    int code = child_send(socket, &reply, sizeof reply, -1, NULL);
    while (code == 0) {
        struct worker_request request;
        int fd;
        code = child_receive(socket, &request, sizeof request, &fd, -1, NULL);
        if (code < 0 || fd < 0) {
            return 1;
        }
        close(fd);
        fill(context, request.clip, &reply);
        enum misdeed misdeed = (enum misdeed)(request.clip % MISDEEDS);
        misbehave(context, socket, misdeed, &reply);
        code = child_send(socket, &reply, sizeof reply,
                          misdeed == SENDS_DESCRIPTORS ? socket : -1, NULL);
    }
    return 0;
}

static struct crew_options options_for(int workers)
{
    struct crew_options options = {
        .workers = workers,
        .timeout_ms = 2000,
        .start_timeout_ms = 30000,
        // pause() is not what a parser may do
        .sandbox = {.mode = SANDBOX_OFF, .address_space = (size_t)4 << 30},
        .setup.options = {.samples = 1, .frames = 3, .width = 5, .height = 4},
        .prepare = prepare,
        .run = lie,
    };
    struct error err = ERROR_INIT;
    assert_int_equal(slot_shape_of(&options.setup.shape, &options.setup.options, &err), 0);
    return options;
}

static void check_well(const struct crew_result *result, const struct slot_shape *shape)
{
    assert_int_equal(result->info.frame_count, 3);
    for (size_t i = 0; i < shape->frames * shape->frame_bytes; i++) {
        assert_int_equal(result->pixels[i], result->clip & 255);
    }
    assert_int_equal(result->frame_index[2], 2);
    assert_true(isnan(result->timestamp[0]) && result->timestamp[1] == (double)result->clip);
}

// Give all clips to the crew, and see that each comes back once, as it should.
static void run_clips(struct crew *crew, const size_t *clips, size_t count,
                      const struct slot_shape *shape)
{
    struct error err = ERROR_INIT;
    bool *seen = calloc(count, sizeof *seen);
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const char *name = "x.avi";
    size_t next = 0, done = 0;
    assert_true(seen && fd >= 0);
    while (done < count) {
        struct crew_result result;
        while (next < count && crew_has_idle(crew)) {
            int given = crew_give(crew, clips[next], &fd, &name, 1, &err);
            assert_true(given >= 0);
            next += (size_t)given;
        }
        int got = crew_next(crew, &result, &err);
        if (got < 0) {
            fail_msg("%s", err.text);
        }
        if (got == 0) {
            continue;
        }
        size_t at = 0;
        while (at < count && (clips[at] != result.clip || seen[at])) {
            at++;
        }
        assert_true(at < count);
        seen[at] = true;
        done++;
        size_t misdeed = result.clip % MISDEEDS;
        if (misdeed == WELL || misdeed == SENDS_DESCRIPTORS) {
            assert_string_equal(result.message, "");
            check_well(&result, shape);
        } else if (!strstr(result.message, expected[misdeed])) {
            fail_msg("clip %zu: '%s' should hold '%s'", result.clip, result.message,
                     expected[misdeed]);
        }
        assert_true(strlen(result.message) < WORKER_MESSAGE_SIZE + 32);
    }
    close(fd);
    free(seen);
}

static int open_count(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static void test_misdeeds_cost_their_clip(void **state)
{
    (void)state;
    int before = open_count();
    for (int workers = 1; workers <= 3; workers++) {
        struct crew_options options = options_for(workers);
        struct error err = ERROR_INIT;
        struct crew *crew;
        size_t clips[2 * MISDEEDS];
        for (size_t i = 0; i < 2 * MISDEEDS; i++) {
            // Every other clip is well, so that each misdeed is survived.
            clips[i] = i % 2 ? i / 2 % MISDEEDS : i * MISDEEDS;
        }
        assert_int_equal(crew_open(&crew, &options, &err), 0);
        assert_true(!crew_has_idle(crew)); // none has said its first word
        run_clips(crew, clips, 2 * MISDEEDS, &options.setup.shape);
        crew_close(&crew);
        assert_null(crew);
        assert_int_equal(open_count(), before);
    }
}

static void test_workers_are_replaced_in_time(void **state)
{
    (void)state;
    enum { CLIPS = CREW_CLIPS_PER_WORKER * 2 + 20 };
    static size_t clips[CLIPS];
    struct crew_options options = options_for(1);
    struct error err = ERROR_INIT;
    struct crew *crew;
    for (size_t i = 0; i < CLIPS; i++) {
        clips[i] = i * MISDEEDS;
    }
    assert_int_equal(crew_open(&crew, &options, &err), 0);
    run_clips(crew, clips, CLIPS, &options.setup.shape);
    crew_close(&crew);
}

static int run_until_error(const struct crew_options *options, struct error *err)
{
    struct crew *crew;
    assert_int_equal(crew_open(&crew, options, err), 0);
    int got = 0;
    for (int i = 0; i < 100 && got == 0; i++) {
        struct crew_result result;
        got = crew_next(crew, &result, err);
    }
    crew_close(&crew);
    return got;
}

static int wrong_first_word(int socket, void *context)
{
    struct worker_reply reply;
    fill(context, 0, &reply);
    return child_send(socket, &reply, sizeof reply, -1, NULL) < 0 ? 1 : (pause(), 0);
}

static int silence(int socket, void *context)
{
    (void)socket, (void)context;
    return pause();
}

static void test_workers_that_cannot_start(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct crew_options options = options_for(2);
    options.prepare = refuse;
    assert_int_equal(run_until_error(&options, &err), ERR_CHILD);
    assert_non_null(strstr(err.text, "cannot be started"));
    options = options_for(2);
    options.run = wrong_first_word;
    err = (struct error)ERROR_INIT;
    assert_int_equal(run_until_error(&options, &err), ERR_CHILD);
    options.run = silence;
    options.start_timeout_ms = 1000;
    err = (struct error)ERROR_INIT;
    assert_int_equal(run_until_error(&options, &err), ERR_CHILD);
    assert_non_null(strstr(err.text, "no sign of life within 1 s"));
}

// Each clip takes 0.3 s, in pieces.
static int take_time(int socket, void *context)
{
    struct worker_reply reply;
    memset(&reply, 0, sizeof reply);
    reply.clip = WORKER_READY;
    while (child_send(socket, &reply, sizeof reply, -1, NULL) == 0) {
        struct worker_request request;
        if (child_receive(socket, &request, sizeof request, NULL, -1, NULL) < 0) {
            break;
        }
        for (int i = 0; i < 6; i++) {
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        }
        fill(context, request.clip, &reply);
    }
    return 0;
}

// Have two clips decoded as a process group of our own; never returns.
static void work_as_a_group(void)
{
    static const size_t clips[] = {0, MISDEEDS};
    struct crew_options options = options_for(2);
    struct error err = ERROR_INIT;
    struct crew *crew;
    setpgid(0, 0);
    options.run = take_time;
    assert_int_equal(crew_open(&crew, &options, &err), 0);
    run_clips(crew, clips, 2, &options.setup.shape);
    crew_close(&crew);
    _exit(0);
}

// Ctrl-Z stops parent and workers: that time is not the clips'.
static void test_a_stop_costs_no_clip(void **state)
{
    (void)state;
    pid_t group = fork();
    assert_true(group >= 0);
    if (group == 0) {
        work_as_a_group();
    }
    setpgid(group, group); // whoever comes first
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
    assert_int_equal(kill(-group, SIGSTOP), 0);
    nanosleep(&(struct timespec){.tv_sec = 2, .tv_nsec = 300000000}, NULL);
    assert_int_equal(kill(-group, SIGCONT), 0);
    int status;
    assert_int_equal(waitpid(group, &status, 0), group);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// Any bytes for an answer: judged without harm, and only sane ones pass.
static void test_random_replies(void **state)
{
    (void)state;
    struct crew_options options = options_for(1);
    struct slot_shape shape = options.setup.shape;
    unsigned char *slot = malloc(shape.size);
    struct worker_setup setup = {.shape = shape, .slot = slot};
    struct random random;
    assert_non_null(slot);
    random_seed(&random, 5, 0);
    int passed = 0;
    for (int round = 0; round < 20000; round++) {
        struct worker_reply reply;
        struct error err = ERROR_INIT;
        fill(&setup, 0, &reply);
        unsigned char *bytes = (unsigned char *)&reply;
        for (uint64_t flips = random_below(&random, 4); flips > 0; flips--) {
            bytes[random_below(&random, sizeof reply)] = (unsigned char)random_u64(&random);
            slot[shape.index_offset + random_below(&random, shape.size - shape.index_offset)]
                = (unsigned char)random_u64(&random);
        }
        int code = reply_check(&reply, 0, &shape, slot, &err);
        assert_true(code <= 0 && code >= ERR_NUMERIC);
        assert_true((code < 0) == (err.text[0] != 0));
        if (code == 0) {
            passed++;
            const uint32_t *index = slot_index(&shape, slot);
            assert_int_equal(reply.code, 0);
            assert_true(index[0] <= index[1] && index[1] <= index[2]
                        && index[2] < reply.info.frame_count);
            assert_true(isfinite(reply.info.frame_rate) && reply.info.frame_rate >= 0);
            assert_true(reply.info.partly <= 1);
        }
    }
    assert_in_range(passed, 5000, 15000);
    free(slot);
}

static void test_slot_limits(void **state)
{
    (void)state;
    struct slot_shape shape;
    struct error err = ERROR_INIT;
    struct clip_options options = {.samples = 10000, .frames = 1000, .width = 4096, .height = 4096};
    assert_int_equal(slot_shape_of(&shape, &options, &err), ERR_USAGE);
    assert_non_null(strstr(err.text, "10000000 frames of 4096x4096"));
    options = (struct clip_options){.samples = 1, .frames = 1, .width = 1, .height = 1};
    assert_int_equal(slot_shape_of(&shape, &options, &err), 0);
    assert_true(shape.index_offset >= 3 && shape.index_offset % 4 == 0);
    assert_true(shape.time_offset >= shape.index_offset + 4 && shape.time_offset % 8 == 0);
    assert_int_equal(shape.size, shape.time_offset + 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misdeeds_cost_their_clip),
        cmocka_unit_test(test_workers_are_replaced_in_time),
        cmocka_unit_test(test_workers_that_cannot_start),
        cmocka_unit_test(test_a_stop_costs_no_clip),
        cmocka_unit_test(test_random_replies),
        cmocka_unit_test(test_slot_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
