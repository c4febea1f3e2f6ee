/* `pack verify`: does every checksum hold? */

#include "core/base/text.h"
#include "tools/pack/verb.h"

#include <stdio.h>

enum { BAD_SHOWN = 20 };

static const struct option_entry entries[] = {
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack verify",
    .usage = "pack verify [options] PACK",
    .summary = "Check the checksum of every sample's pixels, and the digest over labels, splits, "
               "clips and parameters.",
    .options = entries,
    .closing = "Exit status: 0 all hold, 1 one does not or the pack cannot be read, 2 wrong use.\n",
};

static void print_bad_rows(const struct pack *pack, const size_t *rows, size_t bad)
{
    size_t shown = bad < BAD_SHOWN ? bad : BAD_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        char path[VERB_SHOWN];
        printf("sample %zu (%s, number %u): its pixels are not those that were written\n",
               rows[i], text_clean(path, sizeof path, pack_path(pack, rows[i])),
               pack->sample[rows[i]]);
    }
    if (bad > shown) {
        printf("and %zu more samples\n", bad - shown);
    }
}

static enum exit_status print_verdict(const struct pack *pack, size_t bad, bool digest_ok)
{
    char path[VERB_SHOWN];
    text_escape(path, sizeof path, pack->path);
    size_t samples = pack->data.samples;
    if (bad == 0 && digest_ok) {
        printf("%s: %zu samples, all checksums hold\n", path, samples);
        return EXIT_DONE;
    }
    printf("%s: damaged: ", path);
    if (bad > 0) {
        printf("the pixels of %zu of %zu samples%s", bad, samples, digest_ok ? "" : "; ");
    }
    printf("%s\n", digest_ok ? "" : "labels, splits, clips or parameters");
    return EXIT_FAILED;
}

static enum exit_status run(int argc, char **argv)
{
    struct verb_settings settings = {SANDBOX_AUTO};
    struct pack *pack = NULL;
    enum exit_status status;
    if (!verb_open(&pack, &status, &command, &settings, argc, argv)) {
        return status;
    }
    struct error err = ERROR_INIT;
    size_t bad = 0, rows[BAD_SHOWN];
    bool digest_ok = false;
    if (pack_verify(pack, &bad, rows, BAD_SHOWN, &digest_ok, &err) < 0) {
        pack_close(&pack);
        return report_failure(command.name, &err);
    }
    print_bad_rows(pack, rows, bad);
    status = print_verdict(pack, bad, digest_ok);
    pack_close(&pack);
    return verbs_end(&command, status);
}

const struct verb verb_verify = {"verify", &command, run, "check every checksum"};
