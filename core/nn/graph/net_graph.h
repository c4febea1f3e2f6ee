#ifndef NN_NET_GRAPH_H
#define NN_NET_GRAPH_H

struct graph;
struct net;

/* What a net consists of, for the rest of core/nn; valid as long as the net. */
const struct graph *net_graph(const struct net *net);

#endif
