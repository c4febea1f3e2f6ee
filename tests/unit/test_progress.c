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

// What follows a drawn row, and takes it away at the end.
static const char drawn_end[] = "\033[K\r\033[K";
static const char label[] = "epoch 12/40", note[] = "loss 1.2345";

// The row that is drawn on a terminal of so many columns, without what moves the cursor.
static void drawn(int columns, char *row, size_t capacity)
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
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    char text[1024] = "";
    size_t used = 0;
    struct pollfd poll_master = {.fd = master, .events = POLLIN};
    while (!strstr(text, drawn_end)) { // a terminal hands on what it gets in pieces
        assert_int_equal(poll(&poll_master, 1, WAIT_MS), 1);
        ssize_t got = read(master, text + used, sizeof text - 1 - used);
        assert_true(got > 0);
        used += (size_t)got;
        text[used] = 0;
    }
    close(terminal);
    close(master);
    char *end = strstr(text, "\033[K");
    assert_true(text[0] == '\r' && end);
    assert_string_equal(end, drawn_end);
    *end = 0;
    assert_null(strpbrk(text + 1, "\r\n\033"));
    snprintf(row, capacity, "%s", text + 1);
}

static void test_fits(void **state)
{
    (void)state;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
