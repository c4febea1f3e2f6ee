#include "tools/extract/own_lists.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tools/common/report.h"

static int read_list(struct plan_list *ret, const char *text, struct error *err)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1]) {
        char shown[200];
        return error_set(err, ERR_USAGE, "--split %s: NAME=FILE is needed",
                         text_escape(shown, sizeof shown, text));
    }
    ret->name = strndup(text, (size_t)(equals - text));
    if (!ret->name) {
        return error_nomem(err, "the name of a split");
    }
    return part_list_read(&ret->parts, equals + 1, err);
}

int own_lists_read(struct plan_list **ret, const struct option_list *lists, struct error *err)
{
    if (lists->count == 0) {
        *ret = NULL;
        return 0;
    }
    struct plan_list *own = calloc((size_t)lists->count, sizeof *own);
    if (!own) {
        return error_nomem(err, "lists of clips");
    }
    int code = 0;
    for (int i = 0; code == 0 && i < lists->count; i++) {
        code = read_list(&own[i], lists->values[i], err);
    }
    if (code < 0) {
        own_lists_free(&own, lists->count);
        return code;
    }
    *ret = own;
    return 0;
}

void own_lists_say(const struct plan_list *lists, int count)
{
    for (int i = 0; i < count; i++) {
        if (lists[i].absent > 0) {
            char shown[200];
            report_say("extract", "%s: %zu of its %zu paths %s not here",
                       text_escape(shown, sizeof shown, lists[i].parts.text.name),
                       lists[i].absent, lists[i].parts.count,
                       lists[i].absent == 1 ? "is" : "are");
        }
    }
}

void own_lists_free(struct plan_list **lists, int count)
{
    for (int i = 0; *lists && i < count; i++) {
        free((*lists)[i].name);
        part_list_free(&(*lists)[i].parts);
    }
    free(*lists);
    *lists = NULL;
}
