#ifndef TOOLS_TRAIN_TRAINED_MODEL_H
#define TOOLS_TRAIN_TRAINED_MODEL_H

#include "core/nn/graph/net.h"
#include "formats/pack.h"
#include "tools/train/record.h"

/* The net as a model: everything predict needs to know about it. Its
 * parameters are the net's own, so that it can be written again and again as
 * the training goes on. */
struct trained_model {
    struct model model;
    struct model_clip *clips;
};

/* All arguments must outlive it. */
int trained_model_open(struct trained_model *ret, struct net *net, const struct net_spec *spec,
                       const char *net_name, const struct pack *pack,
                       const struct part_rows *trained_on, const struct record *record,
                       struct error *err) MUST_CHECK;

/* Accepts a zeroed one; safe to call twice. */
void trained_model_close(struct trained_model *model);

/* Write best.h5: the model, with the option best_epoch behind the record's.
 * `path` is replaced if it exists. */
int trained_model_write_best(const struct trained_model *model, int epoch, const char *path,
                             struct error *err) MUST_CHECK;

#endif
