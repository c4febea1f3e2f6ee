#include "tools/train/profile_table.h"

#include <string.h>

enum { LABEL = 26, CELL = 16 };

static const char *const part_names[PROFILE_PARTS] = {
    [PROFILE_LOAD] = "reading examples",
    [PROFILE_PREPARE] = "preparing weights",
    [PROFILE_LOSS] = "loss",
    [PROFILE_SUM] = "adding up gradients",
    [PROFILE_OPTIMISER] = "optimiser",
};

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

// With at most `decimals`, and as many of them as leave it within `width`.
// (Beyond what a machine can do, five characters of an exponent.)
static void number_cell(char cell[CELL], double value, int decimals, int width)
{
    int length = snprintf(cell, CELL, "%.*f", decimals, value);
    while (length > width && decimals > 0) {
        length = snprintf(cell, CELL, "%.*f", --decimals, value);
    }
    if (length > width) {
        snprintf(cell, CELL, "%.0e", value);
    }
}

// A direction of a layer: microseconds a frame, and speed and share of the peak
// where there are products to count.
static void direction_cells(char cells[3][CELL], double seconds, double flops, double frames,
                            double peak)
{
    number_cell(cells[0], 1e6 * seconds / frames, 2, 8);
    cells[1][0] = 0;
    cells[2][0] = 0;
    if (flops > 0 && seconds > 0) {
        number_cell(cells[1], 1e-9 * flops / seconds, 1, 7);
        char share[CELL];
        number_cell(share, percent(flops / seconds, peak), 0, 4);
        snprintf(cells[2], CELL, "%.6s%%", share);
    }
}

// "line 3: conv, line 4: relu" -> "3 conv, 4 relu", cut at LABEL characters;
// whole characters, as labels may hold any UTF-8.
static void shorten(char text[LABEL + 1], const char *label)
{
    static const char word[] = "line ";
    char plain[256];
    size_t n = 0;
    while (*label && n + 1 < sizeof plain) {
        if (strncmp(label, word, sizeof word - 1) == 0) {
            label += sizeof word - 1;
        } else if (*label == ':') {
            label++;
        } else {
            plain[n++] = *label++;
        }
    }
    plain[n] = 0;
    size_t cut = n <= LABEL ? n : LABEL - 2;
    while (cut < n && cut > 0 && ((unsigned char)plain[cut] & 0xc0) == 0x80) {
        cut--;
    }
    snprintf(text, LABEL + 1, "%.*s%s", (int)cut, plain, n <= LABEL ? "" : "..");
}

// Without the blanks at its end.
static void print_line(FILE *out, const char *line)
{
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ') {
        length--;
    }
    fprintf(out, "%.*s\n", (int)length, line);
}

static double frames_of(const struct profile_totals *totals)
{
    return totals->images > 0 ? (double)totals->images : 1;
}

// `peak` is a thread's, as the seconds are.
static void print_layer(FILE *out, const struct profile_layer *layer,
                        const struct profile_totals *totals, double peak)
{
    char label[LABEL + 1];
    char cells[PROFILE_DIRECTIONS][3][CELL];
    char line[256];
    double both = 0;
    shorten(label, layer->label);
    for (int d = 0; d < PROFILE_DIRECTIONS; d++) {
        direction_cells(cells[d], layer->seconds[d], layer->flops[d], frames_of(totals), peak);
        both += layer->seconds[d];
    }
    snprintf(line, sizeof line, "%-*s %5.1f%% %8s %7s %5s %8s %7s %5s", LABEL, label,
             percent(both, totals->seconds * totals->threads), cells[0][0], cells[0][1],
             cells[0][2], cells[1][0], cells[1][1], cells[1][2]);
    print_line(out, line);
}

static void print_part(FILE *out, const char *name, double seconds,
                       const struct profile_totals *totals)
{
    char cell[CELL];
    number_cell(cell, 1e6 * seconds / frames_of(totals), 2, 8);
    fprintf(out, "%-*s %5.1f%% %8s\n", LABEL, name,
            percent(seconds, totals->seconds * totals->threads), cell);
}

void profile_table_print(FILE *out, const struct profile *profile, double peak,
                         const char *instructions)
{
    struct profile_totals totals = profile_totals(profile);
    double flops = 0;
    fprintf(out, "\n%-*s  share ------- forward ------ ------ backward ------\n", LABEL,
            "profile");
    fprintf(out, "%-*s  of all us/frame GFLOP/s  peak us/frame GFLOP/s  peak\n", LABEL, "layer");
    for (int i = 0; i < profile_layers(profile); i++) {
        struct profile_layer layer = profile_layer(profile, i);
        print_layer(out, &layer, &totals, peak / totals.threads);
        flops += layer.flops[PROFILE_FORWARD] + layer.flops[PROFILE_BACKWARD];
    }
    for (int part = 0; part < PROFILE_PARTS; part++) {
        print_part(out, part_names[part], totals.parts[part], &totals);
    }
    print_part(out, "waiting, all else", totals.waiting, &totals);
    double speed = totals.seconds > 0 ? flops / totals.seconds : 0;
    fprintf(out, "%llu steps, %llu frames in %.2f s on %d thread%s: %.0f frames/s\n",
            (unsigned long long)totals.steps, (unsigned long long)totals.images, totals.seconds,
            totals.threads, totals.threads == 1 ? "" : "s",
            totals.seconds > 0 ? (double)totals.images / totals.seconds : 0);
    fprintf(out, "%.1f GFLOP/s, %.0f%% of the %.1f of bare multiply-adds with --cpu %s\n",
            1e-9 * speed, percent(speed, peak), 1e-9 * peak, instructions);
}
