#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <libavutil/log.h>

#include "core/base/text.h"
#include "data/clip_set.h"

static void print_help(FILE *out, const struct clip_set *defaults)
{
    fprintf(out,
            "Usage: make-clips [OPTIONS] DIR\n"
            "\n"
            "Make a little UCF101-shaped set of clips: DIR/Class/v_Class_gNN_cNN.avi,\n"
            "320x240 MPEG-4, some with packed B-frames. The same bytes every time.\n"
            "\n"
            "  --classes N   classes, 1 to %d (default %d)\n"
            "  --groups N    groups of each class, 1 to 99 (default %d)\n"
            "  --clips N     clips of each group, 1 to 99 (default %d)\n"
            "  -h, --help    this text\n"
            "  --version     the version\n",
            defaults->classes, defaults->classes, defaults->groups, defaults->clips);
}

// The range proper is the library's to judge; this wants a number at all.
static int parse_number(const char *option, const char *text, int *ret)
{
    if (!text_to_int(text, 1, 99, ret)) {
        fprintf(stderr, "make-clips: %s: '%s' is not a whole number from 1 to 99\n", option, text);
        return -1;
    }
    return 0;
}

/* 0: go on; 1: done; -1: wrong use, and said so. */
static int parse(int argc, char **argv, struct clip_set *set)
{
    static const struct option options[] = {
        {"classes", required_argument, NULL, 'c'}, {"groups", required_argument, NULL, 'g'},
        {"clips", required_argument, NULL, 'n'},   {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},       {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        int code = 0;
        switch (option) {
        case 'c':
            code = parse_number("--classes", optarg, &set->classes);
            break;
        case 'g':
            code = parse_number("--groups", optarg, &set->groups);
            break;
        case 'n':
            code = parse_number("--clips", optarg, &set->clips);
            break;
        case 'h': {
            struct clip_set defaults = clip_set_defaults();
            print_help(stdout, &defaults);
            return 1;
        }
        case 'V':
            puts("make-clips " TRIPTYCH_VERSION);
            return 1;
        default:
            code = -1;
        }
        if (code < 0) {
            return -1;
        }
    }
    if (argc - optind != 1) {
        fprintf(stderr, "make-clips: one folder to write to, please, not %d\n", argc - optind);
        return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct clip_set set = clip_set_defaults();
    int parsed = parse(argc, argv, &set);
    if (parsed < 0) {
        fprintf(stderr, "Try 'make-clips --help'.\n");
        return EXIT_FAILURE;
    }
    if (parsed > 0) {
        return EXIT_SUCCESS;
    }
    av_log_set_level(AV_LOG_ERROR);
    struct error err = ERROR_INIT;
    if (clip_set_write(argv[optind], &set, &err) < 0) {
        fprintf(stderr, "make-clips: %s\n", err.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
