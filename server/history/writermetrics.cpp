// SPDX-License-Identifier: MIT
#include "server/history/writermetrics.h"

namespace nextchat::history {

WriterMetrics::WriterMetrics(MetricsRegistry &registry)
    : lag(registry.gauge("nextchat_history_lag_seconds",
                         "Age of the oldest entry of the logs that is not stored in the database."))
    , backlog(registry.gauge("nextchat_history_backlog",
                             "Entries of the logs that are not stored in the database."))
    , owned(registry.gauge("nextchat_history_partitions", "Partitions that this server stores."))
    , up(registry.gauge("nextchat_history_up", "Whether the database can be written to."))
    , stored(registry.counter("nextchat_history_stored_total", "Messages stored in the database."))
    , repeated(
          registry.counter("nextchat_history_repeated_total", "Messages that were in the database already."))
    , deadLetters(
          registry.counter("nextchat_history_dead_letters_total",
                           "Entries of the logs that could not be stored, and are kept as dead letters."))
    , contradictions(registry.counter("nextchat_history_contradictions_total",
                                      "Messages with the number of another one: dead letters."))
    , missing(registry.counter("nextchat_history_missing_entries_total",
                               "Entries of the logs that were gone before they were stored."))
    , batches(registry.counter("nextchat_history_batches_total", "Transactions that stored something."))
    , failures(registry.counter("nextchat_history_write_failures_total",
                                "Times that the database could not be written to."))
    , takeOvers(registry.counter("nextchat_history_takeovers_total",
                                 "Times that this server began to store a partition."))
    , partitionsLost(registry.counter("nextchat_history_partitions_lost_total",
                                      "Times that another server had taken a partition of this one."))
    , batchSeconds(
          registry.histogram("nextchat_history_batch_seconds", "Of a transaction.",
                             {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}))
    , batchRows(registry.histogram("nextchat_history_batch_rows", "Messages of a transaction.",
                                   {1, 5, 10, 50, 100, 500, 1000, 5000, 10000}))
{ }

} // namespace nextchat::history
