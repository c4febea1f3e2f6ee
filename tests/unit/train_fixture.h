#ifndef TEST_TRAIN_FIXTURE_H
#define TEST_TRAIN_FIXTURE_H

#include "tools/train/train_settings.h"

/* Small runs of train in a test's folder (tree_fixture.h). Everything asserts. */

/* A pack, "p.h5", and a net, "small.net". */
void train_fixture_prepare(void);

/* A quiet run into the folder `run`: two epochs of batches of 8 by one thread. */
struct train_settings train_fixture_settings(const char *run);

void train_fixture_run(const struct train_settings *settings);

#endif
