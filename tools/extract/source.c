#include "tools/extract/source.h"

#include "core/base/text.h"
#include "formats/class_list.h"
#include "formats/clip_list.h"
#include "formats/group_name.h"
#include "tools/extract/walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

// What a file in a folder must be called to be taken for a clip.
static const char *const video_extensions[] = {
    "avi", "mp4", "m4v", "mkv", "webm", "mov", "mpg", "mpeg", "mpe", "m2v", "wmv", "asf", "flv",
    "f4v", "ogv", "ogg", "ts", "mts", "m2ts", "3gp", "3g2", "vob", "divx", "rm", "rmvb", "mxf",
};

static bool has_video_extension(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof video_extensions / sizeof *video_extensions; i++) {
        if (strcasecmp(dot + 1, video_extensions[i]) == 0) {
            return true;
        }
    }
    return false;
}

int source_add_root(struct source *source, const char *root, uint32_t *ret, struct error *err)
{
    const char **roots = realloc(source->roots, (source->root_count + 1) * sizeof *roots);
    if (!roots) {
        return error_nomem(err, "list of sources");
    }
    source->roots = roots;
    roots[source->root_count] = text_arena_add(&source->texts, root);
    if (!roots[source->root_count]) {
        return error_nomem(err, "list of sources");
    }
    *ret = source->root_count++;
    return 0;
}

int source_add_clip(struct source *source, const struct source_clip *clip, struct error *err)
{
    if (source->count == source->capacity) {
        size_t capacity = source->capacity ? source->capacity + source->capacity / 2 : 1024;
        struct source_clip *clips = realloc(source->clips, capacity * sizeof *clips);
        if (!clips) {
            return error_nomem(err, "list of clips");
        }
        source->clips = clips;
        source->capacity = capacity;
    }
    struct source_clip added = *clip;
    added.path = text_arena_add(&source->texts, clip->path);
    // Clips of a group come one after the other: they share its text.
    const char *last = source->count ? source->clips[source->count - 1].group : "";
    added.group = !clip->group[0] ? ""
                : strcmp(last, clip->group) == 0 ? last
                : text_arena_add(&source->texts, clip->group);
    if (!added.path || !added.group) {
        return error_nomem(err, "list of clips");
    }
    source->clips[source->count++] = added;
    return 0;
}

int source_count_in(struct source *source, struct tally *tally, const char *folder,
                    const char *path, struct error *err)
{
    if (tally->count++ > 0) {
        return 0;
    }
    size_t size = strlen(folder) + strlen(path) + 1;
    char *name = malloc(size);
    if (!name) {
        return error_nomem(err, path);
    }
    snprintf(name, size, "%s%s", folder, path);
    tally->first = text_arena_add(&source->texts, name);
    free(name);
    return tally->first ? 0 : error_nomem(err, path);
}

// A folder while it is walked.
struct folder_state {
    struct source *source;
    uint32_t root;
    char *top;         // the folder at the top that we are in; NULL: none yet
    uint32_t class_id; // of its clips, once it has one
    bool has_clips;
};

static int leave_top_folder(struct folder_state *state, struct error *err)
{
    struct source *source = state->source;
    int code = 0;
    if (state->top && !state->has_clips) {
        code = source_count_in(source, &source->empty, source->roots[state->root], state->top,
                               err);
    }
    free(state->top);
    state->top = NULL;
    return code;
}

static int on_folder(void *context, const char *path, int again, struct error *err)
{
    struct folder_state *state = context;
    struct source *source = state->source;
    if (again) {
        return source_count_in(source, &source->repeats, source->roots[state->root], path, err);
    }
    if (strchr(path, '/')) {
        return 0;
    }
    int code = leave_top_folder(state, err);
    if (code < 0) {
        return code;
    }
    state->top = strdup(path);
    state->class_id = SOURCE_UNLABELLED;
    state->has_clips = false;
    return state->top ? 0 : error_nomem(err, path);
}

static int on_file(void *context, const char *path, struct error *err)
{
    struct folder_state *state = context;
    struct source *source = state->source;
    const char *root = source->roots[state->root];
    if (!has_video_extension(path)) {
        return source_count_in(source, &source->others, root, path, err);
    }
    const char *slash = strchr(path, '/'); // NULL: a video at the top
    if (slash && state->class_id == SOURCE_UNLABELLED) {
        const char *problem = class_name_problem(state->top);
        if (problem) {
            char shown[512];
            text_escape(shown, sizeof shown, state->top);
            return error_set(err, ERR_VALUE, "%s%s: the folder cannot be a class: its name %s",
                             root, shown, problem);
        }
        int code = name_table_add(&source->classes, state->top, &state->class_id, err);
        if (code < 0) {
            return code;
        }
    }
    state->has_clips |= slash != NULL;
    source->nested |= slash && strchr(slash + 1, '/');
    char group[GROUP_NAME_SIZE];
    return source_add_clip(source, &(struct source_clip){
        .path = path,
        .group = group_name_of(path, group),
        .root = state->root,
        .class_id = slash ? state->class_id : SOURCE_UNLABELLED,
    }, err);
}

// "FOLDER/", with one slash.
static char *root_text(const char *folder)
{
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/') {
        length--;
    }
    char *root = malloc(length + 2);
    if (root) {
        memcpy(root, folder, length);
        memcpy(root + length, "/", 2);
    }
    return root;
}

static int find_in_folder(struct source *source, struct walk *walk, const char *folder,
                          struct error *err)
{
    struct folder_state state = {.source = source, .class_id = SOURCE_UNLABELLED};
    char *root = root_text(folder);
    if (!root) {
        return error_nomem(err, folder);
    }
    int code = source_add_root(source, root, &state.root, err);
    if (code == 0) {
        walk->file = on_file;
        walk->folder = on_folder;
        walk->context = &state;
        code = walk_folder(walk, folder, err);
    }
    int left = leave_top_folder(&state, code < 0 ? NULL : err);
    free(root);
    return code < 0 ? code : left;
}

static int add_file(struct source *source, uint32_t root, const char *path,
                    const char *class_name, struct error *err)
{
    char group[GROUP_NAME_SIZE];
    struct source_clip clip = {
        .path = path,
        .group = group_name_of(path, group),
        .root = root,
        .class_id = SOURCE_UNLABELLED,
    };
    if (class_name[0]) {
        int code = name_table_add(&source->classes, class_name, &clip.class_id, err);
        if (code < 0) {
            return code;
        }
    }
    return source_add_clip(source, &clip, err);
}

// Paths in a list are used as they stand: as the shell would, from the
// current folder.
static int find_in_list(struct source *source, uint32_t root, const char *path,
                        struct error *err)
{
    struct clip_list list = {{0}};
    struct clip_list_line line;
    int got = clip_list_open(&list, path, err);
    if (got < 0) {
        return got;
    }
    while ((got = clip_list_next(&list, &line, err)) > 0) {
        int code = add_file(source, root, line.path, line.class_name, err);
        if (code < 0) {
            got = code;
            break;
        }
    }
    clip_list_close(&list);
    return got;
}

static int find_operand(struct source *source, struct walk *walk, uint32_t plain_root,
                        const char *operand, struct error *err)
{
    if (operand[0] == '@') {
        return find_in_list(source, plain_root, operand + 1, err);
    }
    struct stat status;
    if (stat(operand, &status) < 0) {
        return error_errno(err, errno, "%s", operand);
    }
    if (S_ISDIR(status.st_mode)) {
        return find_in_folder(source, walk, operand, err);
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(err, ERR_VALUE, "%s: a device or pipe; a folder, a video file or @LIST "
                         "is needed", operand);
    }
    return add_file(source, plain_root, operand, "", err);
}

int source_find(struct source *ret, const char *const *operands, int count,
                struct error *err)
{
    struct source source = {0};
    struct walk walk = {0};
    uint32_t plain_root;
    int code = source_add_root(&source, "", &plain_root, err);
    for (int i = 0; code == 0 && i < count; i++) {
        code = find_operand(&source, &walk, plain_root, operands[i], err);
    }
    walk_close(&walk);
    if (code == 0 && source.count == 0) {
        code = error_set(err, ERR_VALUE, "%s%s: no clips in %s (files called .avi, .mp4, .mkv, "
                         ".webm, .mov, .mpg ... are)", operands[0], count > 1 ? " ..." : "",
                         count > 1 ? "them" : "it");
    }
    if (code < 0) {
        source_free(&source);
        return code;
    }
    *ret = source;
    return 0;
}

int source_file_name(const struct source *source, const struct source_clip *clip, int image,
                     char *ret, size_t capacity, struct error *err)
{
    int length = source->images
        ? snprintf(ret, capacity, "%s%s/%d.jpg", source->roots[clip->root], clip->path, image)
        : snprintf(ret, capacity, "%s%s", source->roots[clip->root], clip->path);
    if (length < 0 || (size_t)length >= capacity) {
        return error_errno(err, ENAMETOOLONG, "%s%s", source->roots[clip->root], clip->path);
    }
    return 0;
}

void source_free(struct source *source)
{
    free(source->clips);
    free(source->roots);
    name_table_free(&source->classes);
    text_arena_free(&source->texts);
    memset(source, 0, sizeof *source);
}
