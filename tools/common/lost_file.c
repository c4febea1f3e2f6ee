#include "tools/common/lost_file.h"

#include "core/base/mapping.h"
#include "tools/common/progress.h"
#include "tools/common/report.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool on_terminal; // there may be a progress line in the way

// ---- a message without stdio, which a signal handler must not use ----

struct message {
    char text[2048];
    size_t size;
};

static void say(struct message *message, const char *text)
{
    for (; *text && message->size < sizeof message->text - 1; text++) {
        message->text[message->size++] = *text;
    }
}

static void put_out(struct message *message)
{
    const char *at = message->text;
    message->text[message->size++] = '\n'; // say() leaves room for it
    while (message->size > 0) {
        ssize_t n = write(STDERR_FILENO, at, message->size);
        if (n < 0 && errno != EINTR) {
            return;
        }
        at += n > 0 ? n : 0;
        message->size -= n > 0 ? (size_t)n : 0;
    }
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)context;
    const char *name = mapping_name_at(info->si_addr);
    if (!name) {
        // No file of ours: the same instruction again, now without a handler.
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = SIG_DFL;
        sigaction(number, &action, NULL);
        return;
    }
    // All threads may run into it; one speaks, and ends them all.
    static atomic_flag spoken = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&spoken)) {
        pause();
    }
    struct message message = {.size = 0};
    say(&message, on_terminal ? "\r\033[K" : "");
    say(&message, program_invocation_short_name);
    say(&message, ": ");
    say(&message, name);
    say(&message, ": became shorter, or unreadable, while it was in use");
    put_out(&message);
    _exit(EXIT_FAILED);
}

void lost_file_install(void)
{
    on_terminal = progress_on_terminal();
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_bus_error;
    // Not SA_RESETHAND: a second thread would die before the first has spoken.
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}
