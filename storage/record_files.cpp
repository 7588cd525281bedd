#include "storage/record_files.hpp"

#include <rocksdb/sst_partitioner.h>
#include <rocksdb/table_properties.h>

#include "storage/keys.hpp"

namespace rivulet::record_files {

namespace {

const std::string newest_position_property = "rivulet.newest_position";
const std::string large_values_property = "rivulet.large_values";
constexpr std::size_t shard_prefix_bytes = keys::record_key_bytes - 8;

std::string_view view(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}

class NewestPosition final : public rocksdb::TablePropertiesCollector {
public:
    const char* Name() const override { return "rivulet.NewestPosition"; }

    rocksdb::Status AddUserKey(const rocksdb::Slice& key, const rocksdb::Slice&, rocksdb::EntryType,
                               rocksdb::SequenceNumber, std::uint64_t) override {
        // A key of another form is none of a record: what it means for the readers cannot be told.
        is_known_ &= key.size() == keys::record_key_bytes;
        if (is_known_) newest_ = std::max(newest_, keys::position_of(view(key)));
        return {};
    }

    rocksdb::Status Finish(rocksdb::UserCollectedProperties* properties) override {
        if (is_known_) keys::append_big_endian((*properties)[newest_position_property], newest_, 8);
        return {};
    }

    rocksdb::UserCollectedProperties GetReadableProperties() const override {
        return {{newest_position_property, std::to_string(newest_)}};
    }

private:
    bool is_known_ = true;
    Position newest_ = 0;
};

class NewestPositionFactory final : public rocksdb::TablePropertiesCollectorFactory {
public:
    const char* Name() const override { return "rivulet.NewestPosition"; }
    rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(Context) override { return new NewestPosition; }
};

// What a large value takes, of the reference to it: a byte for its kind, then the number of the blob file, the place in
// it and the size, each as seven bits a byte with the lowest first. 0 if it is none.
std::uint64_t large_value_bytes(std::string_view reference) {
    std::uint64_t number = 0;
    std::size_t at = 1;
    for (int i = 0; i < 3; ++i) {
        number = 0;
        for (int shift = 0;; shift += 7) {
            if (at >= reference.size() || shift > 63) return 0;
            const auto byte = static_cast<unsigned char>(reference[at++]);
            number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) break;
        }
    }
    return number;
}

// The large values that a file refers to, as runs of records of one shard: the key of a run's last record, and what
// the run's values take.
class LargeValues final : public rocksdb::TablePropertiesCollector {
public:
    static constexpr std::size_t run_bytes = keys::record_key_bytes + 8;

    const char* Name() const override { return "rivulet.LargeValues"; }

    rocksdb::Status AddUserKey(const rocksdb::Slice& key, const rocksdb::Slice& value, rocksdb::EntryType type,
                               rocksdb::SequenceNumber, std::uint64_t) override {
        if (type != rocksdb::kEntryBlobIndex || key.size() != keys::record_key_bytes) return {};
        const bool same_shard = view(key).substr(0, shard_prefix_bytes) == last_.substr(0, shard_prefix_bytes);
        if (!same_shard || bytes_ >= long_run) end_run();
        last_ = key.ToString();
        bytes_ += large_value_bytes(view(value));
        return {};
    }

    rocksdb::Status Finish(rocksdb::UserCollectedProperties* properties) override {
        end_run();
        (*properties)[large_values_property] = runs_;
        return {};
    }

    rocksdb::UserCollectedProperties GetReadableProperties() const override {
        return {{large_values_property, std::to_string(runs_.size() / run_bytes) + " runs"}};
    }

private:
    // A shard's file may refer to a day of its large values, of which an hour is cut: that is told this finely.
    static constexpr std::uint64_t long_run = 4UL * 1024 * 1024;

    void end_run() {
        if (last_.empty()) return;
        runs_ += last_;
        keys::append_big_endian(runs_, bytes_, 8);
        last_.clear();
        bytes_ = 0;
    }

    std::string runs_;
    std::string last_;  ///< key in the run that is being made; empty without one
    std::uint64_t bytes_ = 0;
};

class LargeValuesFactory final : public rocksdb::TablePropertiesCollectorFactory {
public:
    const char* Name() const override { return "rivulet.LargeValues"; }
    rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(Context) override { return new LargeValues; }
};

void add_large_values(std::string_view runs, std::string_view begin, std::string_view end, RangeSize& size) {
    for (; runs.size() >= LargeValues::run_bytes; runs.remove_prefix(LargeValues::run_bytes)) {
        const auto last = runs.substr(0, keys::record_key_bytes);
        if (last < begin) continue;
        if (last.substr(0, shard_prefix_bytes) > end.substr(0, shard_prefix_bytes)) return;
        size.has_large_values = true;
        if (last < end) size.bytes += keys::read_big_endian(runs.substr(keys::record_key_bytes, 8));
    }
}

}  // namespace

void describe(rocksdb::ColumnFamilyOptions& options) {
    options.table_properties_collector_factories.push_back(std::make_shared<NewestPositionFactory>());
    options.table_properties_collector_factories.push_back(std::make_shared<LargeValuesFactory>());
    options.sst_partitioner_factory = rocksdb::NewSstPartitionerFixedPrefixFactory(shard_prefix_bytes);
}

void skip_older_than(rocksdb::ReadOptions& options, Position from) {
    options.table_filter = [from](const rocksdb::TableProperties& file) {
        if (file.num_range_deletions > 0) return true;
        const auto newest = file.user_collected_properties.find(newest_position_property);
        return newest == file.user_collected_properties.end() || keys::read_big_endian(newest->second) >= from;
    };
}

rocksdb::Status measure(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family, const std::string& begin,
                        const std::string& end, RangeSize& size) {
    size = {};
    const rocksdb::Range range(begin, end);
    const rocksdb::SizeApproximationOptions in_files;
    if (auto status = database.GetApproximateSizes(in_files, family, &range, 1, &size.bytes); !status.ok()) {
        return status;
    }
    rocksdb::TablePropertiesCollection files;
    if (auto status = database.GetPropertiesOfTablesInRange(family, &range, 1, &files); !status.ok()) return status;
    for (const auto& [name, file] : files) {
        const auto runs = file->user_collected_properties.find(large_values_property);
        if (runs != file->user_collected_properties.end()) {
            add_large_values(runs->second, begin, end, size);
        } else {
            size.has_large_values = true;
        }
    }
    return {};
}

}  // namespace rivulet::record_files
