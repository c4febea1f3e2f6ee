/* What the sandbox around a child lets it do. */
#include "core/base/sandbox.h"

#include "tests/unit/child_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// A test that means nothing where system calls are not filtered.
static void need_filter(void)
{
    if (!sandbox_has_filter()) {
        skip();
    }
}

static int eat_memory(struct child_buffer *out, void *context, struct error *err)
{
    (void)context;
    enum { PIECE = 16 << 20 };
    static char *volatile last; // or a compiler may do without the memory
    for (uint32_t pieces = 0; pieces < 64; pieces++) { // 1 GiB
        char *p = malloc(PIECE);
        if (!p) {
            return child_buffer_add(out, &pieces, sizeof pieces, err);
        }
        memset(p, 1, PIECE);
        last = p;
    }
    return error_set(err, ERR_VALUE, "no limit in sight, at %p", (void *)last);
}

static void memory_has_a_limit(void **state)
{
    (void)state;
#ifdef TRIPTYCH_NO_FILTER
    skip(); // sanitizers need the address space
#endif
    struct sandbox sandbox = {.mode = SANDBOX_AUTO, .address_space = (size_t)256 << 20};
    struct child_call call = plain_call(eat_memory);
    struct error err = ERROR_INIT;
    void *data = NULL;
    size_t size;
    assert_int_equal(child_call(&data, &size, &call, &sandbox, &err), 0);
    uint32_t pieces;
    assert_int_equal(size, sizeof pieces);
    memcpy(&pieces, data, sizeof pieces);
    assert_in_range(pieces, 1, 16);
    free(data);
}

// The user's own limit, the soft one, is not raised.
static void the_lower_limit_counts(void **state)
{
    (void)state;
#ifdef TRIPTYCH_NO_FILTER
    skip();
#endif
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    struct rlimit low = {(rlim_t)256 << 20, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &low), 0);
    struct sandbox sandbox = sandbox_defaults();
    struct child_call call = plain_call(eat_memory);
    uint32_t *pieces = NULL;
    size_t size;
    int code = child_call((void **)&pieces, &size, &call, &sandbox, NULL);
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    assert_int_equal(code, 0);
    assert_in_range(*pieces, 1, 16);
    free(pieces);
}

// Many threads have many stacks and heaps, and a child inherits the space they take.
static void what_the_parent_has_does_not_count(void **state)
{
    (void)state;
#ifdef TRIPTYCH_NO_FILTER
    skip();
#endif
    size_t much = (size_t)8 << 30;
    void *space = mmap(NULL, much, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(space != MAP_FAILED);
    struct sandbox sandbox = {.mode = SANDBOX_AUTO, .address_space = (size_t)256 << 20};
    struct child_call call = plain_call(eat_memory);
    struct error err = ERROR_INIT;
    uint32_t *pieces = NULL;
    size_t size;
    assert_int_equal(child_call((void **)&pieces, &size, &call, &sandbox, &err), 0);
    munmap(space, much);
    assert_in_range(*pieces, 8, 16);
    free(pieces);
}

static int duplicate(struct child_buffer *out, void *context, struct error *err)
{
    int count = 0;
    while (count < 1000 && fcntl(*(int *)context, F_DUPFD, 0) >= 0) {
        count++;
    }
    int why = errno;
    int code = child_buffer_add(out, &count, sizeof count, err);
    return code < 0 ? code : child_buffer_add(out, &why, sizeof why, err);
}

static int write_a_byte(struct child_buffer *out, void *context, struct error *err)
{
    (void)out;
    return write(*(int *)context, "x", 1) == 1
        ? 0 : error_set(err, ERR_VALUE, "some.file: refused");
}

// Without the filter, too: whoever may open files for writing cannot put a byte in.
static void files_have_limits(void **state)
{
    (void)state;
#ifdef TRIPTYCH_NO_FILTER
    skip(); // sanitizers and coverage write files
#endif
    int fd = nameless_file("");
    static const enum sandbox_mode all[] = {SANDBOX_AUTO, SANDBOX_OFF};
    for (size_t i = 0; i < 2; i++) {
        struct sandbox sandbox = {.mode = all[i]};
        struct child_call call = plain_call(duplicate);
        call.fd = fd;
        call.context = &fd;
        int *answer = NULL;
        size_t size;
        assert_int_equal(child_call((void **)&answer, &size, &call, &sandbox, NULL), 0);
        assert_int_equal(size, 2 * sizeof *answer);
        assert_in_range(answer[0], 16, 63);
        assert_int_equal(answer[1], EMFILE);
        free(answer);
        call.run = write_a_byte;
        struct error err = ERROR_INIT;
        void *none = NULL;
        assert_int_equal(child_call(&none, &size, &call, &sandbox, &err), ERR_CHILD);
        assert_string_equal(err.text,
                            "some.file: its reader crashed (File size limit exceeded)");
        assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    }
    close(fd);
}

static int forbidden_execve(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    char name[] = "true";
    char *arguments[] = {name, NULL};
    execve("/bin/true", arguments, arguments + 1);
    return 0;
}

static int forbidden_socket(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? 0 : close(fd);
}

static int forbidden_kill(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    kill(getpid(), 0);
    return 0;
}

static int forbidden_ptrace(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    return 0;
}

static void attacks_are_deadly(void **state)
{
    (void)state;
    need_filter();
    static const child_function attacks[] = {
        forbidden_execve, forbidden_socket, forbidden_kill, forbidden_ptrace,
    };
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        assert_fails(attacks[i], ERR_CHILD, "some.file: its reader tried a forbidden system call");
    }
}

// Calls that fail with EPERM, a bit each where one does not.
static int probe(struct child_buffer *out, void *context, struct error *err)
{
    pid_t parent = *(pid_t *)context;
    uint32_t wrong = 0;
    int bit = 0;
    struct rlimit limit;
#define EXPECT(call) wrong |= (uint32_t)!((call) < 0 && errno == EPERM) << bit++
    EXPECT(open("/etc/passwd", O_RDONLY));
    EXPECT(open("/dev/null", O_RDWR));
    EXPECT(open("new", O_WRONLY | O_CREAT, 0666));
    EXPECT(unlink("/nowhere/at/all"));
    EXPECT(mkdir("new", 0777));
    EXPECT(chdir("/"));
    EXPECT(fork());
    EXPECT(getrlimit(RLIMIT_AS, &limit));
    EXPECT(syscall(SYS_tgkill, parent, parent, 0));
    EXPECT(fcntl(0, F_SETOWN, parent));
    EXPECT(fcntl(0, F_SETFL, O_ASYNC));
    EXPECT(madvise(NULL, 0, MADV_HWPOISON)); // of no bytes: it harms nobody
#undef EXPECT
    return child_buffer_add(out, &wrong, sizeof wrong, err);
}

static void probes_are_refused(void **state)
{
    (void)state;
    need_filter();
    pid_t me = getpid();
    struct child_call call = plain_call(probe);
    call.context = &me;
    size_t size;
    uint32_t *wrong = good_call(&call, &size);
    assert_int_equal(*wrong, 0);
    free(wrong);
}

// Bits for what must go on working.
static int work_within(struct child_buffer *out, void *context, struct error *err)
{
    int fd = *(int *)context;
    char text[6] = {0};
    uint32_t wrong = 0;
    int bit = 0;
#define EXPECT(condition) wrong |= (uint32_t)!(condition) << bit++
    EXPECT(pread(fd, text, 5, 0) == 5 && strcmp(text, "input") == 0);
    EXPECT(lseek(fd, 0, SEEK_END) == 5);
    EXPECT(fcntl(fd, F_GETFL) >= 0);
    EXPECT(fcntl(fd, F_GETFD) >= 0);
    void *large = malloc(64 << 20);
    EXPECT(large != NULL);
    free(large);
    char number[32];
    EXPECT(snprintf(number, sizeof number, "%.3f", 0.5) == 5);
    EXPECT(time(NULL) > 0);
#undef EXPECT
    return child_buffer_add(out, &wrong, sizeof wrong, err);
}

static void honest_work_goes_on(void **state)
{
    (void)state;
    int fd = nameless_file("input");
    struct child_call call = plain_call(work_within);
    call.fd = fd;
    call.context = &fd;
    size_t size;
    uint32_t *wrong = good_call(&call, &size);
    assert_int_equal(*wrong, 0);
    free(wrong);
    close(fd);
}

static int try_open(struct child_buffer *out, void *context, struct error *err)
{
    (void)context;
    int works = open("/dev/null", O_RDONLY) >= 0;
    return child_buffer_add(out, &works, sizeof works, err);
}

static void modes(void **state)
{
    (void)state;
    static const enum sandbox_mode all[] = {SANDBOX_AUTO, SANDBOX_REQUIRE, SANDBOX_OFF};
    for (size_t i = 0; i < 3; i++) {
        struct sandbox sandbox = {.mode = all[i]};
        struct child_call call = plain_call(try_open);
        struct error err = ERROR_INIT;
        int *works = NULL;
        size_t size;
        int code = child_call((void **)&works, &size, &call, &sandbox, &err);
        if (all[i] == SANDBOX_REQUIRE && !sandbox_has_filter()) {
            assert_int_equal(code, ERR_IO);
            assert_non_null(strstr(err.text, "--sandbox auto"));
            continue;
        }
        assert_int_equal(code, 0);
        assert_int_equal(*works, all[i] == SANDBOX_OFF || !sandbox_has_filter());
        free(works);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_has_a_limit),
        cmocka_unit_test(the_lower_limit_counts),
        cmocka_unit_test(what_the_parent_has_does_not_count),
        cmocka_unit_test(files_have_limits),
        cmocka_unit_test(attacks_are_deadly),
        cmocka_unit_test(probes_are_refused),
        cmocka_unit_test(honest_work_goes_on),
        cmocka_unit_test(modes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
