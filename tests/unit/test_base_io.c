#include "core/base/io.h"
#include "tests/unit/tree_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cmocka.h>

static void whole_reads_and_writes(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    int fd = open("a", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(io_write_at(fd, "xyz", 3, 5, "a", &err), 0);
    assert_int_equal(io_write_at(fd, NULL, 0, 0, "a", &err), 0);
    char text[8];
    assert_int_equal(io_read_at(fd, text, 8, 0, "a", &err), 0);
    assert_memory_equal(text, "\0\0\0\0\0xyz", 8);
    assert_int_equal(io_read_at(fd, text, 0, 99, "a", &err), 0);
    assert_int_equal(io_read_at(fd, text, 8, 3, "a name", &err), ERR_FORMAT);
    assert_string_equal(err.text, "a name: ends 3 bytes early");
    close(fd);

    struct error refused = ERROR_INIT;
    int null = open("/dev/null", O_RDONLY);
    assert_int_equal(io_write_at(null, "x", 1, 0, "a name", &refused), ERR_IO);
    assert_non_null(strstr(refused.text, "a name: cannot write: "));
    close(null);
}

// How many pages of a file are in memory, of the first `pages`.
static int pages_cached(int fd, size_t pages)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char here[64] = {0};
    assert_true(pages <= sizeof here);
    void *map = mmap(NULL, pages * page, PROT_READ, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(map, MAP_FAILED);
    assert_int_equal(mincore(map, pages * page, here), 0);
    assert_int_equal(munmap(map, pages * page), 0);
    int count = 0;
    for (size_t i = 0; i < pages; i++) {
        count += here[i] & 1;
    }
    return count;
}

static void cached_pages_go(void **state)
{
    (void)state;
    enum { PAGES = 64 };
    struct statfs where;
    assert_int_equal(statfs(".", &where), 0);
    if (where.f_type != EXT4_SUPER_MAGIC && where.f_type != XFS_SUPER_MAGIC
        && where.f_type != BTRFS_SUPER_MAGIC && where.f_type != OVERLAYFS_SUPER_MAGIC) {
        skip(); // of some the only copy is in memory
    }
    size_t size = PAGES * (size_t)sysconf(_SC_PAGESIZE);
    char *data = malloc(size), *again = malloc(size);
    int fd = open("data", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && data && again);
    memset(data, 7, size);
    struct error err = ERROR_INIT;
    assert_int_equal(io_write_at(fd, data, size, 0, "data", &err), 0);
    assert_int_equal(fdatasync(fd), 0);
    assert_int_equal(pages_cached(fd, PAGES), PAGES);
    io_drop_cached(fd);
    assert_true(pages_cached(fd, PAGES) < PAGES / 4); // the kernel may be busy with some
    assert_int_equal(io_read_at(fd, again, size, 0, "data", &err), 0);
    assert_memory_equal(again, data, size);
    close(fd);
    free(data);
    free(again);
}

static void only_regular_files_open(void **state)
{
    (void)state;
    tree_put("a", "12345");
    int fd = -7;
    uint64_t size = 77;
    struct error err = ERROR_INIT;
    assert_int_equal(io_open_regular(&fd, &size, "a", &err), 0);
    assert_true(fd >= 0 && size == 5);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);

    assert_int_equal(mkfifo("fifo", 0666), 0); // opening it the plain way would hang
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("d", "link"), 0);
    static const char *const bad[] = {"fifo", "d", "link", "/dev/null", "none", "a/b", ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error why = ERROR_INIT;
        fd = -7;
        size = 77;
        assert_int_equal(io_open_regular(&fd, &size, bad[i], &why), ERR_IO);
        assert_true(fd == -7 && size == 77);
        assert_true(strncmp(why.text, bad[i], strlen(bad[i])) == 0);
    }
}

static void reading_a_file_has_a_limit(void **state)
{
    (void)state;
    tree_put("a", "12345");
    char *data = NULL;
    size_t size = 77;
    struct error err = ERROR_INIT;
    assert_int_equal(io_read_file(&data, &size, "a", 5, &err), 0);
    assert_true(size == 5 && data[5] == 0);
    free(data);
    data = NULL;
    size = 77;
    assert_int_equal(io_read_file(&data, &size, "a", 4, &err), ERR_FORMAT);
    assert_true(data == NULL && size == 77);
    assert_string_equal(err.text, "a: 5 bytes; at most 4 are read");
}

// Too few descriptors say nothing of the file.
static void running_out_is_told_apart(void **state)
{
    (void)state;
    struct rlimit old;
    struct error err = ERROR_INIT;
    tree_put("a", "12345");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    int last = dup(STDERR_FILENO), fd = -7;
    struct rlimit none = {.rlim_cur = (rlim_t)last, .rlim_max = old.rlim_max};
    close(last);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int code = io_open_regular(&fd, NULL, "a", &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(code, ERR_NOMEM);
    assert_int_equal(fd, -7);
    assert_string_equal(err.text, "a: Too many open files");
    static const int numbers[][2] = {
        {ENOMEM, ERR_NOMEM}, {EMFILE, ERR_NOMEM}, {ENFILE, ERR_NOMEM}, {EACCES, ERR_IO},
        {EIO, ERR_IO}, {ENOSPC, ERR_IO},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(error_errno(NULL, numbers[i][0], "a"), numbers[i][1]);
    }
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, tree_enter, tree_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(whole_reads_and_writes),
        IN_SCRATCH(cached_pages_go),
        IN_SCRATCH(only_regular_files_open),
        IN_SCRATCH(reading_a_file_has_a_limit),
        IN_SCRATCH(running_out_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
