#include "storage/record_files.hpp"

#include <rocksdb/sst_partitioner.h>
#include <rocksdb/table_properties.h>

#include "storage/keys.hpp"

namespace rivulet::record_files {

namespace {

const std::string newest_position_property = "rivulet.newest_position";
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

}  // namespace

void describe(rocksdb::ColumnFamilyOptions& options) {
    options.table_properties_collector_factories.push_back(std::make_shared<NewestPositionFactory>());
    options.sst_partitioner_factory = rocksdb::NewSstPartitionerFixedPrefixFactory(shard_prefix_bytes);
}

void skip_older_than(rocksdb::ReadOptions& options, Position from) {
    options.table_filter = [from](const rocksdb::TableProperties& file) {
        if (file.num_range_deletions > 0) return true;
        const auto newest = file.user_collected_properties.find(newest_position_property);
        return newest == file.user_collected_properties.end() || keys::read_big_endian(newest->second) >= from;
    };
}

}  // namespace rivulet::record_files
