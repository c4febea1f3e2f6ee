#include "formats/clip_list.h"

#include "core/base/text.h"
#include "formats/class_list.h"

#include <string.h>

// A million clips with long paths take a few hundred MiB.
static const size_t file_limit = (size_t)2 << 30;

int clip_list_open(struct clip_list *ret, const char *path, struct error *err)
{
    return list_text_open(&ret->text, path, file_limit, err);
}

int clip_list_next(struct clip_list *list, struct clip_list_line *ret, struct error *err)
{
    char *path = list_text_next(&list->text);
    if (!path) {
        return 0;
    }
    char shown[CLASS_NAME_MAX + 1];
    const char *class_name = "";
    char *tab = strchr(path, '\t');
    if (tab) {
        *tab = 0;
        class_name = tab + 1;
        if (strchr(class_name, '\t')) {
            return error_set(err, ERR_FORMAT, "%s, line %zu: more than one tab; PATH or "
                             "PATH<TAB>CLASS is needed", list->text.name, list->text.line);
        }
    }
    if (!path[0]) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: no path; PATH or PATH<TAB>CLASS is needed",
                         list->text.name, list->text.line);
    }
    const char *problem = class_name[0] ? class_name_problem(class_name) : NULL;
    if (problem) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: the class name '%s' %s", list->text.name,
                         list->text.line, text_escape(shown, sizeof shown, class_name), problem);
    }
    ret->path = path;
    ret->class_name = class_name;
    ret->number = list->text.line;
    return 1;
}

void clip_list_close(struct clip_list *list)
{
    list_text_close(&list->text);
}
