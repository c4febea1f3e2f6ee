#include "tools/train/setting_use.h"

#include "tools/common/options.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_used(const struct setting_use *use, int kind)
{
    return use->kinds & 1u << kind;
}

static bool is_set(const struct setting_use *use, const void *settings)
{
    const char *at = (const char *)settings + use->setting;
    return use->type == SETTING_NUMBER ? !isnan(*(const double *)(const void *)at)
                                       : *(const int *)(const void *)at != OPTION_UNSET;
}

static void take_default(const struct setting_use *use, void *settings, const void *defaults)
{
    void *to = (char *)settings + use->setting;
    const void *from = (const char *)defaults + use->option;
    if (use->type == SETTING_NUMBER) {
        *(double *)to = *(const double *)from;
    } else if (use->type == SETTING_WHOLE) {
        *(int *)to = *(const int *)from;
    } else {
        *(int *)to = *(const bool *)from ? 0 : 1;
    }
}

static int not_used(const struct setting_use *use, const struct setting_kind *kind,
                    struct error *err)
{
    char users[256] = "";
    for (int i = 0; kind->names[i]; i++) {
        size_t length = strlen(users);
        if (is_used(use, i)) {
            snprintf(users + length, sizeof users - length, "%s%s", length ? ", " : "",
                     kind->names[i]);
        }
    }
    return error_set(err, ERR_USAGE, "--%s: not used by --%s %s (%s: %s)", use->name,
                     kind->option, kind->names[kind->kind], strchr(users, ',') ? "users" : "user",
                     users);
}

int setting_uses_resolve(const struct setting_use *uses, size_t count, void *settings,
                         const void *defaults, const struct setting_kind *kind,
                         struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        bool used = is_used(&uses[i], kind->kind);
        bool set = is_set(&uses[i], settings);
        if (set && !used) {
            return not_used(&uses[i], kind, err);
        }
        if (!set && used) {
            take_default(&uses[i], settings, defaults);
        }
    }
    return 0;
}

void setting_uses_forget(const struct setting_use *uses, size_t count, void *settings, int kind)
{
    for (size_t i = 0; i < count; i++) {
        void *at = (char *)settings + uses[i].setting;
        if (is_used(&uses[i], kind)) {
            continue;
        }
        if (uses[i].type == SETTING_NUMBER) {
            *(double *)at = NAN;
        } else {
            *(int *)at = OPTION_UNSET;
        }
    }
}

void setting_uses_apply(const struct setting_use *uses, size_t count, const void *settings,
                        void *options, int kind)
{
    for (size_t i = 0; i < count; i++) {
        const void *from = (const char *)settings + uses[i].setting;
        void *to = (char *)options + uses[i].option;
        if (!is_used(&uses[i], kind)) {
            continue;
        }
        if (uses[i].type == SETTING_NUMBER) {
            *(double *)to = *(const double *)from;
        } else if (uses[i].type == SETTING_WHOLE) {
            *(int *)to = *(const int *)from;
        } else {
            *(bool *)to = *(const int *)from == 0;
        }
    }
}
