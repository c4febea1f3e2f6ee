#include "tools/triptych/triptych_command.h"

#include "tools/triptych/launch.h"

static const struct verb extract = {"extract", NULL, launch_sibling,
                                    "pack a few small frames of every video clip"};
static const struct verb pack = {"pack", NULL, launch_sibling,
                                 "look at packs, check, compare and change them"};
static const struct verb train = {"train", NULL, launch_sibling, "train a network on a pack"};
static const struct verb predict = {"predict", NULL, launch_sibling,
                                    "say which classes a model sees in a pack"};

static const struct verb model = {"model", NULL, launch_sibling,
                                  "look at a model, and take it to other programs"};

static const struct verb *const verbs[] = {&extract, &pack, &train, &predict, &model, NULL};

static const struct option_entry no_entries[] = {{.name = NULL, .help = NULL}};

const struct command triptych_command = {
    .name = "triptych",
    .usage = "triptych VERB [options] ...",
    .summary = "Turn folders of video into a pack of small frames, train networks on it, and let "
               "them predict. Each verb is also a program: triptych-extract and so on.",
    .options = no_entries,
    .closing = "Examples:\n"
               "  triptych extract -o ucf101.h5 --splits ucfTrainTestlist UCF-101\n"
               "  triptych train -o run ucf101.h5\n"
               "  triptych predict -o results.csv run/model.h5 ucf101.h5\n"
               "'triptych VERB --help' says more.\n",
    .verbs = verbs,
};
