#include "tools/common/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };
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

void progress_start(const char *label, const char *unit, uint64_t total)
{
    line.label = label;
    line.unit = unit;
    line.total = total;
    line.started = progress_clock();
    line.drawn = line.started;
    line.on_terminal = isatty(STDERR_FILENO);
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

static void draw(uint64_t done, const char *note, double now)
{
    double elapsed = now - line.started;
    double rate = elapsed > 0 ? (double)done / elapsed : 0;
    char left[32] = "?";
    if (rate > 0) {
        format_time((double)(line.total - done) / rate, left, sizeof left);
    }
    if (line.on_terminal) {
        int filled = line.total ? (int)(done * BAR_WIDTH / line.total) : BAR_WIDTH;
        char bar[BAR_WIDTH + 1];
        memset(bar, '#', (size_t)filled);
        memset(bar + filled, '.', (size_t)(BAR_WIDTH - filled));
        bar[BAR_WIDTH] = 0;
        fprintf(stderr, "\r%s [%s] %llu/%llu %s, %.0f/s, %s left%s%s\033[K", line.label, bar,
                (unsigned long long)done, (unsigned long long)line.total, line.unit, rate, left,
                note ? ", " : "", note ? note : "");
        line.visible = true;
    } else {
        fprintf(stderr, "%s %llu/%llu %s, %.0f/s, %s left%s%s\n", line.label,
                (unsigned long long)done, (unsigned long long)line.total, line.unit, rate, left,
                note ? ", " : "", note ? note : "");
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
