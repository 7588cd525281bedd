#pragma once

#include <cstdint>
#include <filesystem>

#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "s3-sink/object_store.hpp"
#include "storage/store.hpp"

/// A snapshot is a directory that holds what a server had at one moment, streams and buckets alike, and that can be
/// copied, packed and shared like any other. It has `log` (the store), `objects.ndjson` (a line for each bucket and
/// object), `objects` (their bytes, in files named by number) and `snapshot.json`, which says which form all that has.
///
/// The objects are copied after the log is: a pipeline stores an object before it notes how far it has read, and so
/// goes on from a snapshot as it does after a crash, with nothing lost.
namespace rivulet {

struct SnapshotSummary {
    std::uint64_t buckets = 0;
    std::uint64_t objects = 0;
};

/// Writes a snapshot of a running server; blocks. It is whole or, while it has no `snapshot.json`, none.
/// Errors: bad_request if there is something at `directory` or another one is written there, io_failure.
Result<SnapshotSummary> create_snapshot(const std::filesystem::path& directory, Store& store, ObjectStore& objects);

/// Fills a data directory, which must be absent or empty, from a snapshot; blocks. No server starts in it until it is
/// whole.
/// Errors: bad_request if `snapshot` is none, is not whole, is of a form that this program does not know, or there is
/// something in the data directory or another one fills it; io_failure.
Result<SnapshotSummary> restore_snapshot(const std::filesystem::path& snapshot,
                                         const std::filesystem::path& data_directory, Clock& clock, Random& random);

}  // namespace rivulet
