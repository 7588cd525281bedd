#pragma once

#include "lambda-runner/event_source_mapping.hpp"
#include "lambda-runner/function.hpp"

namespace rivulet {

/// What the catalog holds of Lambda. Thread safety: that of `Table`.
struct LambdaTables {
    Table<Function> functions{"function"};
    Table<EventSourceMapping> mappings{"event_source_mapping"};
    Table<Checkpoint> checkpoints{"checkpoint"};

    /// Reads all stored rows; call once, before anything else.
    Result<void> load(const Catalog& catalog) {
        if (const auto loaded = functions.load(catalog); !loaded) return loaded.error();
        if (const auto loaded = mappings.load(catalog); !loaded) return loaded.error();
        return checkpoints.load(catalog);
    }
};

}  // namespace rivulet
