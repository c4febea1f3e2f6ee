#include "tools/extract/tutorial.h"

#include "core/base/text.h"
#include "formats/group_name.h"
#include "formats/label_csv.h"
#include "formats/label_mat.h"
#include "formats/pack.h"
#include "tools/extract/walk.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *folder;
    const char *csv;
    const char *variable; // in the MATLAB file; NULL: unlabelled
    enum pack_part part;
} kinds[] = {
    {"trainClips", "train_labels.csv", "trLb", PART_TRAIN},
    {"valClips", "val_labels.csv", "valLb", PART_VAL},
    {"testClips", NULL, NULL, PART_TEST},
};
enum { KINDS = sizeof kinds / sizeof *kinds, LABELLED = 2 };

static const char mat_name[] = "q3_2_data.mat";

struct labels {
    bool have_csv[LABELLED];
    struct label_table csv[LABELLED];
    bool have_mat;
    struct label_vector mat[LABELLED];
    int largest; // class number from 1
};

static void free_labels(struct labels *labels)
{
    for (int i = 0; i < LABELLED; i++) {
        label_table_free(&labels->csv[i]);
        free(labels->mat[i].labels);
    }
}

static int path_in(char path[PATH_MAX], const char *folder, const char *name, struct error *err)
{
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return length < PATH_MAX ? 0 : error_errno(err, ENAMETOOLONG, "%s/%s", folder, name);
}

// The label of a clip in the MATLAB file, 0 when there is none. Its number is
// that of its folder.
static int mat_label(const struct label_vector *vector, const char *clip)
{
    int number;
    return text_to_int(clip, 1, INT_MAX, &number) && (size_t)number <= vector->count
        ? vector->labels[number - 1] : 0;
}

static int check_agreement(const struct label_table *table, const struct label_vector *vector,
                           const char *folder, const char *csv, struct error *err)
{
    if (table->count != vector->count) {
        return error_set(err, ERR_FORMAT, "%s: %s labels %zu clips, '%s' in %s labels %zu; they "
                         "must agree (or take one away)", folder, csv, table->count,
                         vector->name, mat_name, vector->count);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct label_row *row = &table->rows[i];
        int other = mat_label(vector, row->clip);
        if (other != row->label) {
            char shown[128];
            return error_set(err, ERR_FORMAT, "%s: clip %s has label %d in %s and %d in %s; they "
                             "must agree (or take one away)", folder,
                             text_escape(shown, sizeof shown, row->clip), row->label, csv, other,
                             mat_name);
        }
    }
    return 0;
}

static int read_labels(struct labels *labels, const char *folder, const struct sandbox *sandbox,
                       struct error *err)
{
    char path[PATH_MAX];
    int code = path_in(path, folder, mat_name, err);
    for (int i = 0; i < LABELLED; i++) {
        labels->mat[i].name = kinds[i].variable;
    }
    if (code == 0 && access(path, F_OK) == 0) {
        code = label_mat_read(labels->mat, LABELLED, path, sandbox, err);
        labels->have_mat = code == 0;
    }
    for (int i = 0; code == 0 && i < LABELLED; i++) {
        code = path_in(path, folder, kinds[i].csv, err);
        if (code == 0 && access(path, F_OK) == 0) {
            code = label_csv_read(&labels->csv[i], path, err);
            labels->have_csv[i] = code == 0;
        }
        if (code == 0 && labels->have_csv[i] && labels->have_mat && labels->mat[i].count > 0) {
            code = check_agreement(&labels->csv[i], &labels->mat[i], folder, kinds[i].csv, err);
        }
        for (size_t k = 0; code == 0 && k < labels->csv[i].count; k++) {
            int label = labels->csv[i].rows[k].label;
            labels->largest = label > labels->largest ? label : labels->largest;
        }
        for (size_t k = 0; code == 0 && k < labels->mat[i].count; k++) {
            int label = labels->mat[i].labels[k];
            labels->largest = label > labels->largest ? label : labels->largest;
        }
    }
    return code;
}

// What the class with a number from 1 is called: in the csv files, in `names`,
// or its number. The csv files must not contradict themselves or each other.
static int name_classes(struct source *source, const struct labels *labels,
                        const struct class_list *names, const char *folder, struct error *err)
{
    const char **found = calloc((size_t)labels->largest + 1, sizeof *found);
    if (!found) {
        return error_nomem(err, folder);
    }
    bool any = false;
    int code = 0;
    for (int i = 0; i < LABELLED; i++) {
        for (size_t k = 0; code == 0 && k < labels->csv[i].count; k++) {
            const struct label_row *row = &labels->csv[i].rows[k];
            if (!found[row->label]) {
                found[row->label] = row->class_name;
            } else if (strcmp(found[row->label], row->class_name) != 0) {
                code = error_set(err, ERR_FORMAT, "%s: %s: label %d is called '%s' and '%s'",
                                 folder, kinds[i].csv, row->label, found[row->label],
                                 row->class_name);
            }
            any |= row->class_name[0] != 0;
        }
    }
    if (code == 0 && !any && names && names->count != labels->largest) {
        code = error_set(err, ERR_VALUE, "--classes: %d names for the %d classes of %s",
                         names->count, labels->largest, folder);
    }
    for (int label = 1; code == 0 && label <= labels->largest; label++) {
        char number[16];
        snprintf(number, sizeof number, "%d", label);
        const char *name = any ? found[label] : names ? names->names[label - 1] : number;
        uint32_t id;
        if (!name || !name[0]) {
            code = error_set(err, ERR_FORMAT, "%s: no clip tells the name of class %d of %d",
                             folder, label, labels->largest);
        } else {
            code = name_table_add(&source->classes, name, &id, err);
        }
        if (code == 0 && id != (uint32_t)label - 1) {
            code = error_set(err, ERR_FORMAT, "%s: labels %u and %d are both called '%s'", folder,
                             id + 1, label, name);
        }
    }
    free(found);
    return code;
}

// One of the three folders while it is walked.
struct part_state {
    struct source *source;
    const struct labels *labels;
    int kind;
    uint32_t root;
    bool *seen; // rows of the csv, or elements of the vector, with a folder
    const char *folder;
    const char *place; // "FOLDER/trainClips/"
};

static bool is_number(const char *text)
{
    return text[0] && text[strspn(text, "0123456789")] == 0;
}

static int add_clip(struct part_state *state, const char *clip, struct error *err)
{
    const struct labels *labels = state->labels;
    int kind = state->kind, label = 0;
    size_t place = 0;
    char group[GROUP_NAME_SIZE] = "";
    if (kind < LABELLED && labels->have_csv[kind]) {
        const struct label_row *row = label_table_find(&labels->csv[kind], clip);
        if (row) {
            label = row->label;
            place = (size_t)(row - labels->csv[kind].rows);
            group_name_of(row->source, group);
        }
    } else if (kind < LABELLED) {
        label = mat_label(&labels->mat[kind], clip);
        place = label ? (size_t)strtoul(clip, NULL, 10) - 1 : 0;
    }
    if (kind < LABELLED && !label) {
        return error_set(err, ERR_FORMAT, "%s: %s/%s has no label in %s", state->folder,
                         kinds[kind].folder, clip,
                         labels->have_csv[kind] ? kinds[kind].csv : mat_name);
    }
    if (label && state->seen) {
        state->seen[place] = true;
    }
    char path[NAME_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", kinds[kind].folder, clip);
    return source_add_clip(state->source, &(struct source_clip){
        .path = path,
        .group = group,
        .root = state->root,
        .class_id = label ? (uint32_t)label - 1 : SOURCE_UNLABELLED,
        .part = (uint8_t)kinds[kind].part,
    }, err);
}

static int on_part_folder(void *context, const char *path, int again, struct error *err)
{
    struct part_state *state = context;
    if (strchr(path, '/')) {
        return 0;
    }
    struct tally *tally = again ? &state->source->repeats
                        : !is_number(path) ? &state->source->others : NULL;
    if (tally) {
        return source_count_in(state->source, tally, state->place, path, err);
    }
    return add_clip(state, path, err);
}

// The images are opened when their turn comes.
static int on_part_file(void *context, const char *path, struct error *err)
{
    (void)context, (void)path, (void)err;
    return 0;
}

// Clips that have a label and no folder.
static int add_missing(struct part_state *state, struct error *err)
{
    const struct labels *labels = state->labels;
    int kind = state->kind, code = 0;
    if (kind >= LABELLED) {
        return 0;
    }
    size_t count = labels->have_csv[kind] ? labels->csv[kind].count : labels->mat[kind].count;
    for (size_t i = 0; code == 0 && i < count; i++) {
        char name[24];
        snprintf(name, sizeof name, "%05zu", i + 1);
        const char *clip = labels->have_csv[kind] ? labels->csv[kind].rows[i].clip : name;
        if (!state->seen[i]) {
            if (!is_number(clip) || strlen(clip) > NAME_MAX) {
                char shown[128];
                return error_set(err, ERR_FORMAT, "%s: %s: the clip '%s'; a folder's number "
                                 "is needed", state->folder, kinds[kind].csv,
                                 text_escape(shown, sizeof shown, clip));
            }
            code = add_clip(state, clip, err);
        }
    }
    return code;
}

static int find_part(struct source *source, const struct labels *labels, int kind,
                     const char *folder, uint32_t root, struct error *err)
{
    char name[32], path[PATH_MAX];
    snprintf(name, sizeof name, "%s/", kinds[kind].folder);
    int code = path_in(path, folder, name, err);
    struct stat status;
    if (code < 0 || stat(path, &status) < 0) {
        return code; // a data set without this part
    }
    size_t rows = kind >= LABELLED ? 0 : labels->have_csv[kind] ? labels->csv[kind].count
                : labels->mat[kind].count;
    struct part_state state = {
        .source = source, .labels = labels, .kind = kind, .root = root, .folder = folder,
        .place = path, .seen = calloc(rows + 1, sizeof(bool)),
    };
    if (!state.seen) {
        return error_nomem(err, path);
    }
    struct walk walk = {.file = on_part_file, .folder = on_part_folder, .context = &state};
    code = walk_folder(&walk, path, err);
    walk_close(&walk);
    if (code == 0) {
        code = add_missing(&state, err);
    }
    free(state.seen);
    return code;
}

int tutorial_find(struct source *ret, const char *folder, const struct class_list *names,
                  const struct sandbox *sandbox, struct error *err)
{
    struct source source = {.images = TUTORIAL_IMAGES, .classes_in_order = true};
    struct labels labels = {.have_mat = false};
    char root[PATH_MAX];
    uint32_t root_number;
    int code = path_in(root, folder, "", err);
    if (code == 0) {
        code = read_labels(&labels, folder, sandbox, err);
    }
    if (code == 0) {
        code = name_classes(&source, &labels, names, folder, err);
    }
    if (code == 0) {
        code = source_add_root(&source, root, &root_number, err);
    }
    for (int kind = 0; code == 0 && kind < KINDS; kind++) {
        code = find_part(&source, &labels, kind, folder, root_number, err);
    }
    if (code == 0 && source.count == 0) {
        code = error_set(err, ERR_VALUE, "%s: no clips in it; trainClips, valClips and testClips "
                         "with folders 00001, 00002 ... are needed", folder);
    }
    free_labels(&labels);
    if (code < 0) {
        source_free(&source);
        return code;
    }
    *ret = source;
    return 0;
}
