#pragma once

#include <cstddef>
#include <string>

#include "lambda-runner/event_source_mapping.hpp"
#include "storage/record_log.hpp"
#include "storage/stream.hpp"

namespace rivulet {

/// A batch of one shard's records in the form in which functions get it
/// (https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html, "Example event"), grown record by record.
class KinesisBatch {
public:
    KinesisBatch(const EventSourceMapping& mapping, const Stream& stream, const Shard& shard);

    /// Adds a record; false, and nothing is added, if the batch would then have too many records or bytes. The first
    /// record always fits.
    bool add(const StoredRecord& record);

    bool empty() const { return records_ == 0; }
    bool full() const { return full_ || records_ == max_records_; }
    std::size_t size() const { return records_; }

    /// The limits of a read that may fill the batch.
    ReadLimits room() const;

    Position first() const { return first_; }
    Position next() const { return next_; }  ///< after the last record
    const std::string& first_sequence_number() const { return first_sequence_number_; }

    /// The event; the batch takes no more records.
    std::string take_event();

private:
    const Shard shard_;
    const std::size_t max_records_;
    std::string event_id_prefix_;
    std::string tail_;  ///< what every record ends with
    std::string event_;
    std::string first_sequence_number_;
    std::size_t records_ = 0;
    Position first_ = 0;
    Position next_ = 0;
    bool full_ = false;
};

}  // namespace rivulet
