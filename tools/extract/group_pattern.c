#include "tools/extract/group_pattern.h"

#include <regex.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/text.h"
#include "formats/group_name.h"

enum { MATCHES = 2 }; // the whole, and the first subexpression

static int compile(regex_t *ret, const char *pattern, struct error *err)
{
    char shown[256], why[128];
    int number = regcomp(ret, pattern, REG_EXTENDED);
    if (number == REG_ESPACE) {
        return error_nomem(err, "--group-pattern");
    }
    text_escape(shown, sizeof shown, pattern);
    if (number != 0) {
        regerror(number, ret, why, sizeof why);
        return error_set(err, ERR_USAGE, "--group-pattern '%s': %s; a POSIX extended regular "
                         "expression is needed", shown, why);
    }
    if (ret->re_nsub == 0) {
        regfree(ret);
        return error_set(err, ERR_USAGE, "--group-pattern '%s': has no (...) around what names "
                         "the group", shown);
    }
    return 0;
}

static int set_group(struct source *source, struct source_clip *clip, const regex_t *regex,
                     const char *last, struct error *err)
{
    regmatch_t match[MATCHES];
    clip->group = "";
    int number = regexec(regex, clip->path, MATCHES, match, 0);
    if (number == REG_NOMATCH || (number == 0 && match[1].rm_so == match[1].rm_eo)) {
        return 0;
    }
    if (number != 0) {
        return error_nomem(err, "--group-pattern");
    }
    const char *group = clip->path + match[1].rm_so;
    size_t length = (size_t)(match[1].rm_eo - match[1].rm_so);
    if (length >= GROUP_NAME_SIZE) {
        char shown[512];
        return error_set(err, ERR_VALUE, "--group-pattern: the group of %s has %zu bytes, at most "
                         "%d are possible", text_escape(shown, sizeof shown, clip->path), length,
                         GROUP_NAME_SIZE - 1);
    }
    // Clips of a group mostly come one after the other: they share its text.
    bool again = strlen(last) == length && memcmp(last, group, length) == 0;
    clip->group = again ? last : text_arena_add_n(&source->texts, group, length);
    return clip->group ? 0 : error_nomem(err, "list of clips");
}

int group_pattern_apply(struct source *source, const char *pattern, struct error *err)
{
    regex_t regex;
    int code = compile(&regex, pattern, err);
    if (code < 0) {
        return code;
    }
    const char *last = "";
    for (size_t i = 0; code == 0 && i < source->count; i++) {
        code = set_group(source, &source->clips[i], &regex, last, err);
        last = code == 0 ? source->clips[i].group : last;
    }
    regfree(&regex);
    return code;
}
