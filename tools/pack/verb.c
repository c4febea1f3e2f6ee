#include "tools/pack/verb.h"

#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Parse, and open the packs that are the operands: `count` of them, called `what`.
static bool open_packs(struct pack **ret, int count, const char *what,
                       enum exit_status *ret_status, const struct command *command,
                       struct verb_settings *settings, int argc, char **argv)
{
    struct error err = ERROR_INIT;
    int first = 0, opened = 0;
    int code = options_parse(command, settings, argc, argv, &first, &err);
    if (code > 0) {
        *ret_status = verbs_end(command, EXIT_DONE);
        return false;
    }
    if (code == 0 && argc - first != count) {
        code = error_set(&err, ERR_USAGE, "%s, %d given", what, argc - first);
    }
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    if (code == 0) {
        report_sandbox(command->name, &sandbox);
    }
    while (code == 0 && opened < count) {
        code = pack_open(&ret[opened], argv[first + opened], &sandbox, &err);
        opened += code == 0;
    }
    if (code < 0) {
        while (opened > 0) {
            pack_close(&ret[--opened]);
        }
        *ret_status = report_failure(command->name, &err);
        return false;
    }
    return true;
}

bool verb_open(struct pack **ret, enum exit_status *ret_status, const struct command *command,
               struct verb_settings *settings, int argc, char **argv)
{
    return open_packs(ret, 1, "one PACK is needed", ret_status, command, settings, argc, argv);
}

bool verb_open_two(struct pack *ret[2], enum exit_status *ret_status,
                   const struct command *command, struct verb_settings *settings, int argc,
                   char **argv)
{
    return open_packs(ret, 2, "two packs are needed, A and B", ret_status, command, settings,
                      argc, argv);
}

// "a, b, c" into `out`, or "no split".
static const char *list_splits(char *out, size_t capacity, const struct pack *pack)
{
    size_t used = 0;
    snprintf(out, capacity, "no split");
    for (int i = 0; i < pack->split_count && used < capacity; i++) {
        char name[64];
        int more = snprintf(out + used, capacity - used, "%s%s", i ? ", " : "",
                            text_escape(name, sizeof name, pack->splits[i].name));
        used += more > 0 ? (size_t)more : 0;
    }
    return out;
}

int verb_find_split(const struct pack_column **ret, enum pack_part *ret_part,
                    const struct pack *pack, const char *text, struct error *err)
{
    const struct pack_column *split = pack_split(pack, text);
    enum pack_part part = PART_NONE;
    const char *slash = strrchr(text, '/');
    if (!split && slash) {
        char *name = strndup(text, (size_t)(slash - text));
        if (!name) {
            return error_nomem(err, "the name of a split");
        }
        part = pack_part_parse(slash + 1);
        split = part == PART_NONE || part == PART_COUNT ? NULL : pack_split(pack, name);
        free(name);
    }
    if (!split) {
        char shown[200], names[400];
        return error_set(err, ERR_VALUE, "--split %s: %s has %s; NAME or NAME/PART is needed, "
                         "PART being train, val or test", text_escape(shown, sizeof shown, text),
                         pack->path, list_splits(names, sizeof names, pack));
    }
    *ret = split;
    *ret_part = part;
    return 0;
}

int verb_check_sound(const struct pack *pack, struct error *err)
{
    size_t bad = 0;
    bool digest_ok = false;
    int code = pack_verify(pack, &bad, NULL, 0, &digest_ok, err);
    if (code == 0 && (bad > 0 || !digest_ok)) {
        code = error_set(err, ERR_FORMAT, "%s: damaged; 'pack verify' says more", pack->path);
    }
    return code;
}
