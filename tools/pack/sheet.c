/* `pack sheet`: a picture of what is in a pack. */

#include "core/base/text.h"
#include "formats/h5_file.h"
#include "formats/png_file.h"
#include "tools/common/same_file.h"
#include "tools/pack/canvas.h"
#include "tools/pack/font.h"
#include "tools/pack/sheet_pick.h"
#include "tools/pack/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIPS_MAX = 100, SHOWN_FRAMES = 3 };
// Pixels.
enum {
    WIDTH_MIN = 480,
    CLIP_WIDTH_MIN = 20 * FONT_WIDTH, // room for a caption
    MARGIN = 8,
    SIDE_LOW = 64, // frames smaller than this are shown larger,
    SIDE_HIGH = 160, // and larger than this smaller
    FRAME_GAP = 1,
    CLIP_GAP = 10,
    LINE = FONT_HEIGHT + 1,
    TITLE_ZOOM = 2,
    TITLE_LINE = TITLE_ZOOM * LINE,
    MARK = 3, // height of the stripe that tells the part
};

static const struct colour paper = {255, 255, 255}, ink = {20, 20, 20}, faint = {110, 110, 110};
static const struct colour part_colours[PART_COUNT] = {
    [PART_NONE] = {170, 170, 170},
    [PART_TRAIN] = {60, 120, 200},
    [PART_VAL] = {230, 160, 30},
    [PART_TEST] = {200, 60, 60},
};

struct sheet_settings {
    struct verb_settings common;
    const char *output;
    bool force;
    int clips;
    const char *split;
    uint64_t seed;
};

#define AT(member) offsetof(struct sheet_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_TEXT, .name = "output", .letter = 'o', .argument = "FILE.png",
     .offset = AT(output), .help = "the picture to write"},
    {.type = OPTION_FLAG, .name = "force", .letter = 'f', .offset = AT(force),
     .help = "replace FILE.png if it exists"},
    {.type = OPTION_INT, .name = "clips", .letter = 'n', .argument = "N", .offset = AT(clips),
     .low = 1, .high = CLIPS_MAX, .help = "clips of each class (3)"},
    {.type = OPTION_TEXT, .name = "split", .argument = "NAME[/PART]", .offset = AT(split),
     .help = "clips of this split only (or of its part train, val or test), and say which part"},
    {.type = OPTION_U64, .name = "seed", .argument = "N", .offset = AT(seed),
     .help = "draws the clips (54321)"},
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack sheet",
    .usage = "pack sheet -o FILE.png [options] PACK",
    .summary = "Draw a contact sheet: a row for each class, a few of its clips drawn by the seed, "
               "first, middle and last frame of each, with their names. A look at it before "
               "training saves many an hour.",
    .options = entries,
    .closing = "Exit status: 0 done, 1 failed, 2 wrong use.\n",
};

// What the sheet is made of, and how large.
struct sheet {
    const struct pack *pack;
    const struct pack_column *split; // NULL: none asked for
    struct sheet_pick pick;
    struct canvas_scale scale;
    int shown[SHOWN_FRAMES]; // which of the T frames
    int shown_count;
    int cell_width; // of a frame
    int cell_height;
    int clip_width; // of its frames, side by side, and its caption
    int width;
    int class_height;
    int title_height;
};

static void lay_out(struct sheet *sheet, int clips)
{
    const struct dataset *data = &sheet->pack->data;
    int frames = data->frames_per_sample, side = data->width > data->height ? data->width
                                                                            : data->height;
    sheet->shown_count = frames < SHOWN_FRAMES ? frames : SHOWN_FRAMES;
    for (int i = 0; i < sheet->shown_count; i++) {
        // First, last, and evenly between.
        sheet->shown[i] = sheet->shown_count == 1 ? 0 : i * (frames - 1) / (sheet->shown_count - 1);
    }
    sheet->scale = canvas_scale_for(side, SIDE_LOW, SIDE_HIGH);
    sheet->cell_width = canvas_scaled(sheet->scale, data->width);
    sheet->cell_height = canvas_scaled(sheet->scale, data->height);
    sheet->clip_width = sheet->shown_count * (sheet->cell_width + FRAME_GAP) - FRAME_GAP;
    if (sheet->clip_width < CLIP_WIDTH_MIN) {
        sheet->clip_width = CLIP_WIDTH_MIN;
    }
    int most = 0;
    for (int i = 0; i < sheet->pick.class_count; i++) {
        most = sheet->pick.classes[i].count > most ? sheet->pick.classes[i].count : most;
    }
    most = most < clips ? most : clips;
    sheet->width = 2 * MARGIN + most * (sheet->clip_width + CLIP_GAP) - CLIP_GAP;
    sheet->width = sheet->width < WIDTH_MIN ? WIDTH_MIN : sheet->width;
    sheet->title_height = MARGIN + TITLE_LINE + LINE + MARGIN;
    sheet->class_height = TITLE_LINE + sheet->cell_height + MARK + 1 + 2 * LINE + MARGIN;
}

static int cells_in(int pixels, int zoom)
{
    return pixels / (FONT_WIDTH * zoom);
}

static void draw_title(const struct sheet *sheet, struct canvas *canvas)
{
    const struct pack *pack = sheet->pack;
    const char *slash = strrchr(pack->path, '/');
    int room = sheet->width - 2 * MARGIN;
    char name[VERB_SHOWN], text[2 * VERB_SHOWN];
    text_escape(name, sizeof name, slash ? slash + 1 : pack->path);
    canvas_text(canvas, MARGIN, MARGIN, TITLE_ZOOM, cells_in(room, TITLE_ZOOM), ink, name);
    int used = snprintf(text, sizeof text, "%zu clips, %d x %d frames of %dx%d, digest %.12s",
                        pack->clips, pack->samples_per_clip, pack->data.frames_per_sample,
                        pack->data.width, pack->data.height, pack->digest);
    if (sheet->split && used > 0) {
        text_escape(name, sizeof name, sheet->split->name);
        snprintf(text + used, sizeof text - (size_t)used, ", split %s", name);
    }
    canvas_text(canvas, MARGIN, MARGIN + TITLE_LINE, 1, cells_in(room, 1), faint, text);
}

// "3 clips", or "5 clips: train 3, val 1, test 1".
static void count_text(char *out, size_t capacity, const struct sheet *sheet,
                       const struct sheet_class *c)
{
    int used = snprintf(out, capacity, "%zu clip%s", c->clips, c->clips == 1 ? "" : "s");
    if (sheet->split && used > 0) {
        snprintf(out + used, capacity - (size_t)used, ": train %zu, val %zu, test %zu",
                 c->of_part[PART_TRAIN], c->of_part[PART_VAL], c->of_part[PART_TEST]);
    }
}

static void draw_caption(const struct sheet *sheet, struct canvas *canvas, int x, int y,
                         uint32_t row)
{
    const struct pack *pack = sheet->pack;
    const char *path = pack_path(pack, row), *slash = strrchr(path, '/');
    int cells = cells_in(sheet->clip_width, 1);
    char text[VERB_SHOWN], line[VERB_SHOWN + 100];
    text_clean(text, sizeof text, slash ? slash + 1 : path);
    canvas_text(canvas, x, y, 1, cells, ink, text);
    int used = 0;
    if (sheet->split) {
        enum pack_part part = (enum pack_part)sheet->split->parts[row];
        used = snprintf(line, sizeof line, "%s ", pack_part_name(part));
    }
    const uint32_t *index = pack->frame_index + (size_t)row * (size_t)pack->data.frames_per_sample;
    for (int i = 0; used >= 0 && i < sheet->shown_count; i++) {
        used += snprintf(line + used, sizeof line - (size_t)used, "%s%u", i ? "," : "#",
                         index[sheet->shown[i]]);
    }
    snprintf(line + used, sizeof line - (size_t)used, " of %u%s", pack->frame_count[row],
             pack->status[row] == CLIP_REPEATED ? " repeated" : "");
    canvas_text(canvas, x, y + LINE, 1, cells, faint, line);
}

static void draw_clip(const struct sheet *sheet, struct canvas *canvas, int x, int y,
                      uint32_t row)
{
    const struct dataset *data = &sheet->pack->data;
    size_t frame = (size_t)data->height * (size_t)data->width * 3;
    const uint8_t *sample = data->frames + (size_t)row * (size_t)data->frames_per_sample * frame;
    for (int i = 0; i < sheet->shown_count; i++) {
        canvas_picture(canvas, x + i * (sheet->cell_width + FRAME_GAP), y, sheet->scale,
                       sample + (size_t)sheet->shown[i] * frame, data->width, data->height);
    }
    y += sheet->cell_height;
    if (sheet->split) {
        canvas_fill(canvas, x, y, sheet->clip_width, MARK,
                    part_colours[sheet->split->parts[row] % PART_COUNT]);
    }
    draw_caption(sheet, canvas, x, y + MARK + 1, row);
}

static void draw_class(const struct sheet *sheet, struct canvas *canvas, int y,
                       const struct sheet_class *c)
{
    char name[VERB_SHOWN], count[120];
    const struct pack *pack = sheet->pack;
    text_escape(name, sizeof name,
                c->label < pack->class_count ? pack->classes[c->label] : "unlabelled");
    count_text(count, sizeof count, sheet, c);
    int room = sheet->width - 2 * MARGIN;
    int left = cells_in(room, TITLE_ZOOM) - font_length(count) / TITLE_ZOOM - 2;
    int length = font_length(name) < left ? font_length(name) : left;
    canvas_text(canvas, MARGIN, y, TITLE_ZOOM, left, ink, name);
    canvas_text(canvas, MARGIN + (length + 1) * FONT_WIDTH * TITLE_ZOOM,
                y + FONT_HEIGHT - 2, 1, cells_in(room, 1), faint, count);
    for (int i = 0; i < c->count; i++) {
        draw_clip(sheet, canvas, MARGIN + i * (sheet->clip_width + CLIP_GAP),
                  y + TITLE_LINE, c->rows[i]);
    }
}

static int write_sheet(struct sheet *sheet, const struct sheet_settings *settings,
                       struct error *err)
{
    int64_t height = sheet->title_height
        + (int64_t)sheet->pick.class_count * sheet->class_height;
    if (height > PNG_FILE_SIDE_MAX || height * sheet->width > PNG_FILE_PIXELS_MAX) {
        return error_set(err, ERR_VALUE, "%s: %d classes would make %dx%lld pixels; at most %d "
                         "rows and %d million pixels are possible: try fewer --clips, or a pack "
                         "of fewer --classes", settings->output, sheet->pick.class_count,
                         sheet->width, (long long)height, PNG_FILE_SIDE_MAX,
                         PNG_FILE_PIXELS_MAX / 1000000);
    }
    struct canvas canvas = {0};
    int code = canvas_make(&canvas, sheet->width, (int)height, err);
    if (code < 0) {
        return code;
    }
    canvas_fill(&canvas, 0, 0, canvas.width, canvas.height, paper);
    draw_title(sheet, &canvas);
    for (int i = 0; i < sheet->pick.class_count; i++) {
        draw_class(sheet, &canvas, sheet->title_height + i * sheet->class_height,
                   &sheet->pick.classes[i]);
    }
    // Of a pack that became shorter by less than a page, zeros were drawn.
    code = h5_file_check_whole(sheet->pack->file, err);
    code = code < 0 ? code : png_file_write(settings->output, settings->force, canvas.pixels,
                                            canvas.width, canvas.height, err);
    canvas_free(&canvas);
    return code;
}

static void print_done(const struct sheet *sheet, const struct sheet_settings *settings)
{
    int clips = 0, classes = sheet->pick.class_count;
    for (int i = 0; i < classes; i++) {
        clips += sheet->pick.classes[i].count;
    }
    char shown[VERB_SHOWN];
    printf("%s: %dx%d pixels, %d clip%s of %d class%s\n",
           text_escape(shown, sizeof shown, settings->output), sheet->width,
           sheet->title_height + classes * sheet->class_height, clips, clips == 1 ? "" : "s",
           classes, classes == 1 ? "" : "es");
}

static int make_sheet(const struct pack *pack, const struct sheet_settings *settings,
                      struct error *err)
{
    struct sheet sheet = {.pack = pack};
    enum pack_part part = PART_NONE;
    int code = same_file_refuse("-o", settings->output, pack->path, "the pack", err);
    if (code == 0 && settings->split) {
        code = verb_find_split(&sheet.split, &part, pack, settings->split, err);
    }
    if (code == 0) {
        code = sheet_pick(&sheet.pick, pack, sheet.split, part, settings->clips, settings->seed,
                          err);
    }
    if (code == 0) {
        lay_out(&sheet, settings->clips);
        code = write_sheet(&sheet, settings, err);
    }
    if (code == 0) {
        print_done(&sheet, settings);
    }
    sheet_pick_free(&sheet.pick);
    return code;
}

static enum exit_status run(int argc, char **argv)
{
    struct sheet_settings settings = {.common = {SANDBOX_AUTO}, .clips = 3, .seed = 54321};
    struct pack *pack = NULL;
    enum exit_status status;
    if (!verb_open(&pack, &status, &command, &settings.common, argc, argv)) {
        return status;
    }
    struct error err = ERROR_INIT;
    int code = settings.output && settings.output[0]
        ? make_sheet(pack, &settings, &err)
        : error_set(&err, ERR_USAGE, "no output: -o FILE.png is needed");
    pack_close(&pack);
    return code < 0 ? report_failure(command.name, &err) : verbs_end(&command, EXIT_DONE);
}

const struct verb verb_sheet = {"sheet", &command, run, "draw a contact sheet of its frames"};
