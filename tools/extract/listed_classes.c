#include "tools/extract/listed_classes.h"

#include <string.h>

#include "core/base/text.h"

static int apply(struct source *source, struct source_clip *clip, const struct split_fold *fold,
                 const struct class_list *classes, struct error *err)
{
    const char *slash = strrchr(clip->path, '/');
    const struct split_line *line = split_fold_find(fold, NULL, slash ? slash + 1 : clip->path);
    if (!line || line->class_number == SPLIT_NO_CLASS) {
        return 0;
    }
    const char *listed = classes->names[line->class_number];
    if (clip->class_id == SOURCE_UNLABELLED) {
        return name_table_add(&source->classes, listed, &clip->class_id, err);
    }
    const char *here = source->classes.names[clip->class_id];
    if (class_list_find(classes, here) != line->class_number) {
        char shown[512];
        return error_set(err, ERR_VALUE, "%s%s: of the class '%s' by its place, and '%s' in the "
                         "lists", source->roots[clip->root],
                         text_escape(shown, sizeof shown, clip->path), here, listed);
    }
    return 0;
}

int listed_classes_apply(struct source *source, const struct split_lists *lists,
                         struct error *err)
{
    int code = 0;
    for (int f = 0; f < lists->fold_count; f++) {
        const struct split_fold *fold = &lists->folds[f];
        for (size_t i = 0; code == 0 && fold->by_stem && i < source->count; i++) {
            code = apply(source, &source->clips[i], fold, &lists->classes, err);
        }
    }
    return code;
}
