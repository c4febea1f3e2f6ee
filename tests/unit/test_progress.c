// The progress line stays on one row of a terminal, however wide that is.
#include "tools/common/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 20000 };

// What follows a drawn row, takes it away at the end, and what is said then.
static const char drawn_end[] = "\033[K\r\033[Kend";
static const char label[] = "epoch 12/40", note[] = "loss 1.2345";

// What a terminal of so many columns gets of a progress line, and `closing` behind it.
static void shown(int columns, const char *closing, char *text, size_t capacity)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) {
        skip(); // a bare root without /dev/pts
    }
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
    assert_true(terminal >= 0 && ioctl(terminal, TIOCSWINSZ, &size) == 0);
    int before = dup(STDERR_FILENO);
    assert_true(before >= 0 && dup2(terminal, STDERR_FILENO) >= 0);
    progress_start(label, "frames", 23790);
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL); // it draws now and then
    progress_update(12345, note);
    progress_end();
    fputs(closing, stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    size_t used = 0;
    struct pollfd poll_master = {.fd = master, .events = POLLIN};
    text[0] = 0;
    while (!strstr(text, closing)) { // a terminal hands on what it gets in pieces
        assert_int_equal(poll(&poll_master, 1, WAIT_MS), 1);
        ssize_t got = read(master, text + used, capacity - 1 - used);
        assert_true(got > 0);
        used += (size_t)got;
        text[used] = 0;
    }
    close(terminal);
    close(master);
}

// The row that is drawn, without what moves the cursor.
static void drawn(int columns, char *row, size_t capacity)
{
    shown(columns, "end", row, capacity);
    char *end = strstr(row, "\033[K");
    assert_true(row[0] == '\r' && end);
    assert_string_equal(end, drawn_end);
    *end = 0;
    assert_null(strpbrk(row + 1, "\r\n\033"));
    memmove(row, row + 1, strlen(row));
}

static void test_fits(void **state)
{
    (void)state;
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    char row[1024];
    for (int columns = 20; columns <= 200; columns += 20) {
        drawn(columns, row, sizeof row);
        assert_true(strlen(row) < (size_t)columns);
        assert_memory_equal(row, label, strlen(label));
        if (columns >= 80) {
            assert_non_null(strstr(row, "12345/23790 frames, "));
            assert_non_null(strstr(row, "/s, "));
            assert_non_null(strstr(row, " left, loss 1.2345"));
        }
        if (columns >= 120) {
            assert_non_null(strstr(row, "[############............] ")); // of 24
        }
    }
}

// Nothing moves a cursor that cannot be moved; lines of their own are far between.
static void test_dumb(void **state)
{
    (void)state;
    char text[1024];
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    shown(80, "end", text, sizeof text);
    assert_string_equal(text, "end");
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    shown(80, "end", text, sizeof text);
    assert_non_null(strstr(text, drawn_end));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_dumb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
