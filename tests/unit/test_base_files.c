#include "core/base/io.h"
#include "core/base/output.h"
#include "tests/unit/tree_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

// Every folder that the code under test syncs, by its number; else as the system's.
enum { SYNCED_MAX = 64 };
static ino_t synced[SYNCED_MAX];
static int synced_count;
static int sync_failure; // errno of every sync of a folder; 0: as the system's

int fsync(int fd)
{
    struct stat status;
    if (sync_failure && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = sync_failure;
        return -1;
    }
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) && synced_count < SYNCED_MAX) {
        synced[synced_count++] = status.st_ino;
    }
    return (int)syscall(SYS_fsync, fd);
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static void put(const char *path, const char *text)
{
    struct error err = ERROR_INIT;
    assert_int_equal(output_write_file(path, text, strlen(text), true, &err), 0);
}

static void assert_holds(const char *path, const char *text)
{
    struct error err = ERROR_INIT;
    char *data = NULL;
    size_t size = 0;
    assert_int_equal(io_read_file(&data, &size, path, 1 << 20, &err), 0);
    assert_int_equal(size, strlen(text));
    assert_string_equal(data, text);
    free(data);
}

static struct output *open_output(const char *path, bool force)
{
    struct error err = ERROR_INIT;
    struct output *o = NULL;
    assert_int_equal(output_open(&o, path, force, &err), 0);
    return o;
}

static void assert_refused(const char *path, bool force, const char *why)
{
    struct error err = ERROR_INIT;
    struct output *o = NULL;
    assert_int_equal(output_open(&o, path, force, &err), ERR_EXISTS);
    assert_null(o);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, why));
}

static void write_text(struct output *o, const char *text)
{
    struct error err = ERROR_INIT;
    assert_int_equal(io_write_at(output_fd(o), text, strlen(text), 0, "x", &err), 0);
}

static void appears_at_commit(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct output *o = open_output("a", false);
    assert_string_equal(output_partial_path(o), "a.partial");
    write_text(o, "hello");
    assert_false(exists("a"));
    assert_true(exists("a.partial"));
    assert_int_equal(output_commit(&o, &err), 0);
    assert_null(o);
    assert_false(exists("a.partial"));
    assert_holds("a", "hello");

    // Without a slash, with one, and from the root.
    char here[PATH_MAX], absolute[PATH_MAX + 8];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(absolute, sizeof absolute, "%s/b", here);
    put(absolute, "deep");
    assert_holds("b", "deep");
    put("./c", "");
    assert_holds("c", "");
}

static void existing_target_is_left_alone(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    put("a", "old");
    assert_refused("a", false, "--force");
    assert_holds("a", "old");
    assert_false(exists("a.partial"));

    struct output *o = open_output("a", true);
    write_text(o, "new");
    assert_holds("a", "old");
    assert_int_equal(output_commit(&o, &err), 0);
    assert_holds("a", "new");

    assert_int_equal(mkdir("d", 0777), 0);
    assert_refused("d", true, "folder");
    assert_refused("d", false, "folder");

    // A link is replaced, not followed; one that leads nowhere exists, too.
    assert_int_equal(symlink("a", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_refused("dangling", false, "exists");
    put("link", "mine");
    assert_holds("link", "mine");
    assert_holds("a", "new");
}

// As root, `--failures /dev/stderr` would else put a file in the place of the device.
static void devices_stay(void **state)
{
    (void)state;
    static const char *const targets[] = {"/dev/null", "/proc/self/fd/1", "pipe"};
    struct stat status;
    assert_int_equal(mkfifo("pipe", 0666), 0);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        assert_int_equal(symlink(targets[i], "link"), 0);
        assert_refused("link", true, "a device or pipe");
        assert_refused("link", false, "a device or pipe");
        assert_true(lstat("link", &status) == 0 && S_ISLNK(status.st_mode));
        assert_int_equal(unlink("link"), 0);
    }
    assert_refused("pipe", true, "a device or pipe");
    assert_true(lstat("pipe", &status) == 0 && S_ISFIFO(status.st_mode));
    assert_false(exists("pipe.partial") || exists("link.partial"));
}

static void partial_is_no_way_out(void **state)
{
    (void)state;
    put("precious", "gold");
    assert_int_equal(symlink("precious", "a.partial"), 0);
    struct error err = ERROR_INIT;
    struct output *o = NULL;
    assert_int_equal(output_open(&o, "a", false, &err), ERR_IO);
    assert_null(o);
    assert_holds("precious", "gold");
}

static void target_that_came_meanwhile_stays(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct output *o = open_output("a", false);
    write_text(o, "mine");
    int fd = open("a", O_WRONLY | O_CREAT, 0666);
    assert_true(fd >= 0 && write(fd, "theirs", 6) == 6 && close(fd) == 0);
    assert_int_equal(output_commit(&o, &err), ERR_EXISTS);
    assert_null(o);
    assert_holds("a", "theirs");
    assert_false(exists("a.partial"));
}

// What a second process gets when it opens `path`.
static int code_elsewhere(const char *path)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct output *o;
        int code = output_open(&o, path, true, NULL);
        _exit(code == 0 ? 0 : -code);
    }
    int status;
    assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return -WEXITSTATUS(status);
}

static void second_run_is_refused(void **state)
{
    (void)state;
    put("a", "old");
    struct output *o = open_output("a", true);
    assert_int_equal(code_elsewhere("a"), ERR_EXISTS);
    assert_refused("a", true, "another run"); // nor twice in one process

    // The lock outlives other descriptors of the file that come and go.
    int other = open("a.partial", O_RDWR);
    assert_true(other >= 0 && close(other) == 0);
    assert_int_equal(code_elsewhere("a"), ERR_EXISTS);
    assert_int_equal(code_elsewhere("b"), 0);

    output_abandon(&o);
    assert_null(o);
    assert_false(exists("a.partial"));
    assert_int_equal(code_elsewhere("a"), 0);
    assert_holds("a", "old");
    output_abandon(&o); // NULL
    output_keep(&o);
}

static void killed_run_leaves_the_target(void **state)
{
    (void)state;
    put("a", "old");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct output *o;
        if (output_open(&o, "a", true, NULL) == 0
            && io_write_at(output_fd(o), "half", 4, 0, "a", NULL) == 0) {
            raise(SIGKILL);
        }
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_holds("a", "old");
    assert_holds("a.partial", "half");

    // The next run finds what was left and may keep it for the one after.
    struct error err = ERROR_INIT;
    struct output *o = open_output("a", true);
    char text[4];
    assert_int_equal(io_read_at(output_fd(o), text, 4, 0, "a", &err), 0);
    assert_memory_equal(text, "half", 4);
    output_keep(&o);
    assert_null(o);
    assert_holds("a.partial", "half");
    o = open_output("a", true);
    assert_int_equal(io_write_at(output_fd(o), " done", 5, 4, "a", &err), 0);
    assert_int_equal(output_commit(&o, &err), 0);
    assert_holds("a", "half done");
}

static void vanished_folder_is_an_error(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    assert_int_equal(mkdir("d", 0777), 0);
    struct output *o = open_output("d/a", false);
    write_text(o, "lost");
    assert_int_equal(rename("d", "elsewhere"), 0);
    assert_int_equal(output_commit(&o, &err), ERR_IO);
    assert_null(o);
    assert_non_null(strstr(err.text, "d/a"));

    struct error second = ERROR_INIT;
    assert_int_equal(output_open(&o, "no/such/a", false, &second), ERR_IO);
    assert_null(o);
    assert_non_null(strstr(second.text, "no/such/a.partial"));
    struct error third = ERROR_INIT;
    put("file", "");
    assert_int_equal(output_open(&o, "file/a", false, &third), ERR_IO);
    assert_null(o);
}

static void space_is_reserved(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct stat status;
    struct output *o = open_output("a", false);
    static const uint64_t sizes[] = {100000, 0, 70000, 5};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(output_reserve(o, sizes[i], &err), 0);
        assert_int_equal(fstat(output_fd(o), &status), 0);
        assert_int_equal(status.st_size, sizes[i]);
        assert_true((uint64_t)status.st_blocks * 512 >= sizes[i]);
    }
    struct error full = ERROR_INIT;
    assert_int_equal(output_reserve(o, UINT64_C(1) << 62, &full), ERR_IO);
    assert_non_null(strstr(full.text, "a.partial"));
    assert_non_null(strstr(full.text, "4611686018427387904"));
    output_abandon(&o);
}

// Writers fight for one name; whoever wins, the file is one writer's, whole.
static void race_of_writers(void **state)
{
    (void)state;
    enum { WRITERS = 4, ROUNDS = 30, SIZE = 20000 };
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] == 0) {
            static char data[SIZE];
            memset(data, 'a' + w, SIZE);
            for (int i = 0; i < ROUNDS; i++) {
                int code = output_write_file("a", data, SIZE, true, NULL);
                if (code < 0 && code != ERR_EXISTS) {
                    _exit(1);
                }
            }
            _exit(0);
        }
    }
    bool all_well = true;
    for (int w = 0; w < WRITERS; w++) {
        int status;
        all_well = waitpid(pids[w], &status, 0) == pids[w] && status == 0 && all_well;
    }
    assert_true(all_well);
    struct error err = ERROR_INIT;
    char *data;
    size_t size;
    assert_int_equal(io_read_file(&data, &size, "a", SIZE, &err), 0);
    assert_int_equal(size, SIZE);
    for (size_t i = 1; i < size; i++) {
        assert_int_equal(data[i], data[0]);
    }
    free(data);
    assert_false(exists("a.partial"));
}

static void folder_gets_its_name(void **state)
{
    (void)state;
    struct error err = ERROR_INIT, taken = ERROR_INIT, absent = ERROR_INIT;
    assert_int_equal(mkdir("d.partial", 0777), 0);
    put("d.partial/a", "text");
    assert_int_equal(output_install_folder("d.partial", "d", &err), 0);
    assert_holds("d/a", "text");
    assert_false(exists("d.partial"));

    // One that came meanwhile stays, even an empty one, and so does ours.
    assert_int_equal(mkdir("e", 0777), 0);
    assert_int_equal(output_install_folder("d", "e", &taken), ERR_EXISTS);
    assert_string_equal(taken.text, "e: has come into being meanwhile");
    assert_holds("d/a", "text");
    assert_false(exists("e/a"));

    assert_int_equal(output_install_folder("none", "f", &absent), ERR_IO);
    assert_non_null(strstr(absent.text, "none: cannot open the folder: "));
    assert_false(exists("f"));
}

static void folder_lock(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    int fd = -7;
    assert_int_equal(output_lock_folder(&fd, "none", &err), ERR_IO);
    assert_int_equal(fd, -7);
    struct error first = ERROR_INIT;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(output_lock_folder(&fd, "d", &first), 0);
    int again = -7;
    struct error second = ERROR_INIT;
    assert_int_equal(output_lock_folder(&again, "d", &second), ERR_EXISTS);
    assert_int_equal(again, -7);
    assert_non_null(strstr(second.text, "d: another run"));
    close(fd);
    assert_int_equal(output_lock_folder(&again, "d", &first), 0);
    close(again);
}

static void make_in(const char *path, const char *holder)
{
    struct error err = ERROR_INIT;
    struct stat status;
    bool made = false;
    synced_count = 0;
    assert_int_equal(output_make_folder(&made, path, &err), 0);
    assert_true(made);
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
    assert_int_equal(stat(holder, &status), 0);
    assert_int_equal(synced_count, 1);
    assert_true(synced[0] == status.st_ino);
}

static void made_folders_last(void **state)
{
    (void)state;
    make_in("a", ".");
    make_in("a/b", "a");
    make_in("a/b/c//", "a/b");
    make_in("slash/", ".");
    char here[PATH_MAX], absolute[PATH_MAX + 8];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(absolute, sizeof absolute, "%s/d", here);
    make_in(absolute, here);

    put("file", "12345");
    static const char *const there[] = {"a", "slash/", "file", "/"};
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
        struct error err = ERROR_INIT;
        bool made = true;
        assert_int_equal(output_make_folder(&made, there[i], &err), 0);
        assert_false(made);
    }
    assert_holds("file", "12345");
    struct error err = ERROR_INIT;
    bool made = true;
    assert_int_equal(output_make_folder(&made, "none/a", &err), ERR_IO);
    assert_true(made);
    assert_string_equal(err.text, "none/a: cannot make the folder: No such file or directory");
}

// One that cannot be made to last is not left; a file system that cannot sync folders
// at all is no reason.
static void folder_that_cannot_last_is_not_made(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    bool made = true;
    sync_failure = EIO;
    int code = output_make_folder(&made, "a", &err);
    assert_true(made); // untouched
    made = false;
    sync_failure = EINVAL;
    int without = output_make_folder(&made, "b", NULL);
    sync_failure = 0;
    assert_int_equal(code, ERR_IO);
    assert_string_equal(err.text, "a: the folder that it is in cannot be synced: "
                        "Input/output error");
    assert_false(exists("a"));
    assert_int_equal(without, 0);
    assert_true(made && exists("b"));
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, tree_enter, tree_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(appears_at_commit),
        IN_SCRATCH(existing_target_is_left_alone),
        IN_SCRATCH(devices_stay),
        IN_SCRATCH(partial_is_no_way_out),
        IN_SCRATCH(target_that_came_meanwhile_stays),
        IN_SCRATCH(second_run_is_refused),
        IN_SCRATCH(killed_run_leaves_the_target),
        IN_SCRATCH(vanished_folder_is_an_error),
        IN_SCRATCH(space_is_reserved),
        IN_SCRATCH(race_of_writers),
        IN_SCRATCH(folder_gets_its_name),
        IN_SCRATCH(folder_lock),
        IN_SCRATCH(made_folders_last),
        IN_SCRATCH(folder_that_cannot_last_is_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
