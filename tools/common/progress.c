#include "tools/common/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, LINE_SIZE = 256, COLUMNS_USUAL = 80 };
static const double redraw_seconds = 0.1;
static const double plain_line_seconds = 10;

// There is one terminal, and so one progress line.
static struct {
    const char *label;
    const char *unit;
    uint64_t total;
    double started;
    double drawn;
    bool on_terminal;
    bool visible;
    bool active;
} line;

double progress_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool progress_on_terminal(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) && !(kind && strcmp(kind, "dumb") == 0);
}

void progress_start(const char *label, const char *unit, uint64_t total)
{
    line.label = label;
    line.unit = unit;
    line.total = total;
    line.started = progress_clock();
    line.drawn = line.started;
    line.on_terminal = progress_on_terminal();
    line.visible = false;
    line.active = true;
}

static void format_time(double seconds, char *text, size_t capacity)
{
    unsigned long s = seconds > 0 ? (unsigned long)(seconds + 0.5) : 0;
    if (s >= 3600) {
        snprintf(text, capacity, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    } else {
        snprintf(text, capacity, "%lu:%02lu", s / 60, s % 60);
    }
}

static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                          : COLUMNS_USUAL;
}

// One row of the terminal and no more, or the next line would not take its place: the
// bar has what the text leaves, and what is too long for the row is cut.
static void draw_in_place(uint64_t done, const char *text)
{
    int columns = terminal_columns() - 1;
    int width = columns - (int)(strlen(line.label) + strlen(text) + strlen(" [] "));
    char bar[BAR_WIDTH + sizeof "[] "] = "", row[LINE_SIZE + sizeof bar + 64];
    width = width < BAR_WIDTH ? width : BAR_WIDTH;
    if (width >= BAR_WIDTH / 4) {
        int filled = line.total ? (int)(done * (uint64_t)width / line.total) : width;
        bar[0] = '[';
        memset(bar + 1, '#', (size_t)filled);
        memset(bar + 1 + filled, '.', (size_t)(width - filled));
        memcpy(bar + 1 + width, "] ", sizeof "] ");
    }
    snprintf(row, sizeof row, "%s %s%s", line.label, bar, text);
    fprintf(stderr, "\r%.*s\033[K", columns, row);
    line.visible = true;
}

static void draw(uint64_t done, const char *note, double now)
{
    double elapsed = now - line.started;
    double rate = elapsed > 0 ? (double)done / elapsed : 0;
    char left[32] = "?";
    if (rate > 0) {
        format_time((double)(line.total - done) / rate, left, sizeof left);
    }
    char text[LINE_SIZE];
    snprintf(text, sizeof text, "%llu/%llu %s, %.0f/s, %s left%s%s", (unsigned long long)done,
             (unsigned long long)line.total, line.unit, rate, left, note ? ", " : "",
             note ? note : "");
    if (line.on_terminal) {
        draw_in_place(done, text);
    } else {
        fprintf(stderr, "%s %s\n", line.label, text);
    }
    fflush(stderr);
    line.drawn = now;
}

void progress_update(uint64_t done, const char *note)
{
    double now = progress_clock();
    double pause = line.on_terminal ? redraw_seconds : plain_line_seconds;
    if (line.active && now - line.drawn >= pause) {
        draw(done < line.total ? done : line.total, note, now);
    }
}

void progress_clear(void)
{
    if (line.visible) {
        fputs("\r\033[K", stderr);
        line.visible = false;
    }
}

void progress_end(void)
{
    progress_clear();
    line.active = false;
}
