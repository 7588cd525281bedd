#include "server/snapshot.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base64.hpp"
#include "server/growing_directory.hpp"

namespace rivulet {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Raise it with every change that an older program would misread.
constexpr int snapshot_format = 1;
constexpr std::size_t piece_bytes = 1024 * 1024;

Error bad(std::string message) {
    return {ErrorCode::bad_request, std::move(message)};
}

Error failed(const fs::path& path, std::string_view what) {
    return {ErrorCode::io_failure, path.string() + " cannot be " + std::string(what) + '.'};
}

/// A line's text. Keys and attributes need not be UTF-8, as JSON must: such a line is CBOR in Base64.
std::string index_text(const json& line) try { return line.dump(); } catch (const json::exception&) {
    std::string bytes;
    json::to_cbor(line, bytes);
    return json{{"cbor", base64_encode(bytes)}}.dump();
}

json read_index_text(const std::string& text) {
    json line = json::parse(text);
    if (!line.contains("cbor")) return line;
    std::string bytes;
    base64_decode(line.at("cbor").get_ref<const std::string&>(), bytes);
    return json::from_cbor(bytes);
}

/// A line of `objects.ndjson`.
json bucket_line(const Bucket& bucket) {
    json line = {{"bucket", bucket.name}};
    if (bucket.owner) line["owner"] = {bucket.owner->account, bucket.owner->region};
    return line;
}

Result<void> copy_out(const ObjectReader& object, const fs::path& to) {
    std::ofstream file(to, std::ios::binary);
    std::string piece(piece_bytes, '\0');
    for (std::uint64_t offset = 0;;) {
        const auto count = object.read(offset, piece);
        if (!count) return count.error();
        file.write(piece.data(), static_cast<std::streamsize>(*count));
        offset += *count;
        if (*count < piece.size()) break;
    }
    file.close();
    if (!file) return failed(to, "written");
    return {};
}

/// Copies all buckets into a snapshot.
class Exporter {
public:
    Exporter(ObjectStore& objects, const fs::path& snapshot)
        : objects_(objects), folder_(snapshot / "objects"), index_(snapshot / "objects.ndjson") {}

    SnapshotSummary summary;

    Result<void> run() {
        fs::create_directory(folder_);
        const auto buckets = objects_.list_buckets();
        if (!buckets) return buckets.error();
        for (const auto& bucket : *buckets) {
            index_ << index_text(bucket_line(bucket)) << '\n';
            ++summary.buckets;
            if (auto done = copy_bucket(bucket.name); !done) return done;
        }
        index_.close();
        if (!index_) return failed(folder_, "written");
        return {};
    }

private:
    Result<void> copy_bucket(const std::string& bucket) {
        ListQuery query;
        while (true) {
            const auto page = objects_.list(bucket, query);
            if (!page) return page.error();
            for (const auto& item : page->items) {
                if (auto done = copy_object(bucket, item.object.key); !done) return done;
            }
            if (!page->truncated) return {};
            query.after = page->last.name;
        }
    }

    Result<void> copy_object(const std::string& bucket, const std::string& key) {
        const auto object = objects_.read(bucket, key);
        // It was deleted since it was listed.
        if (!object && object.error().code == ErrorCode::s3_no_such_key) return {};
        if (!object) return object.error();
        const std::string name = std::to_string(++summary.objects);
        const json line = {{"bucket", bucket}, {"key", key}, {"file", name}, {"attributes", object->info().attributes}};
        index_ << index_text(line) << '\n';
        return copy_out(*object, folder_ / name);
    }

    ObjectStore& objects_;
    const fs::path folder_;
    std::ofstream index_;
};

Result<void> copy_in(ObjectStore& objects, const json& line, const fs::path& from) {
    const auto bucket = line.at("bucket").get<std::string>();
    auto writer = objects.write(bucket);
    if (!writer) return writer.error();
    std::ifstream file(from, std::ios::binary);
    std::string piece(piece_bytes, '\0');
    do {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        if (file.bad() || (!file.eof() && file.fail())) return failed(from, "read");
        const auto bytes = std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount()));
        if (auto appended = writer->append(bytes); !appended) return appended;
    } while (!file.eof());
    const auto stored =
        writer->commit(line.at("key").get_ref<const std::string&>(), line.at("attributes").get<Attributes>());
    if (!stored) return stored.error();
    return {};
}

Result<SnapshotSummary> restore_objects(const fs::path& snapshot, ObjectStore& objects) {
    SnapshotSummary summary;
    const fs::path list = snapshot / "objects.ndjson";
    std::ifstream index(list);
    if (!index) return failed(list, "read");
    std::string text;
    while (std::getline(index, text)) {
        const json line = read_index_text(text);
        if (line.contains("key")) {
            ++summary.objects;
            const auto file = snapshot / "objects" / line.at("file").get<std::string>();
            if (auto done = copy_in(objects, line, file); !done) return done.error();
        } else {
            ++summary.buckets;
            const auto owner = line.value("owner", std::vector<std::string>{default_account, "us-east-1"});
            const auto made = objects.create_bucket(line.at("bucket").get<std::string>(), {owner.at(0), owner.at(1)});
            if (!made) return made.error();
        }
    }
    if (index.bad()) return failed(list, "read");
    return summary;
}

Result<SnapshotSummary> write_snapshot(const fs::path& directory, Store& store, ObjectStore& objects) {
    if (auto copied = store.checkpoint(directory / "log"); !copied) return copied.error();
    Exporter exporter(objects, directory);
    if (auto copied = exporter.run(); !copied) return copied.error();
    std::ofstream form(directory / "snapshot.json");
    form << json{{"format", snapshot_format}, {"made_by", std::string("rivulet ") + RIVULET_VERSION}}.dump() << '\n';
    form.close();
    if (!form) return failed(directory, "written");
    return exporter.summary;
}

Result<SnapshotSummary> fill_directory(const fs::path& directory, const fs::path& snapshot, Clock& clock,
                                       Random& random) {
    fs::copy(snapshot / "log", directory / "log", fs::copy_options::recursive);
    const auto objects = ObjectStore::open({directory / "s3", Durability::process}, clock, random);
    if (!objects) return objects.error();
    return restore_objects(snapshot, **objects);
}

// Without the one, a server would take the log for a new one; without the other, nothing would say that there were
// objects.
Result<void> check_whole(const fs::path& snapshot) {
    for (const auto* const file : {"log/CURRENT", "objects.ndjson"}) {
        if (!fs::exists(snapshot / file)) {
            return bad("The snapshot " + snapshot.string() + " is not whole: it has no " + file + '.');
        }
    }
    return {};
}

Result<void> check_form(const fs::path& snapshot) {
    std::ifstream file(snapshot / "snapshot.json");
    const json form = json::parse(file, nullptr, false);
    if (!form.is_object() || !form.contains("format")) {
        return bad(snapshot.string() + " is no snapshot: it has no snapshot.json that says so.");
    }
    if (form["format"] == snapshot_format) return {};
    return bad("The snapshot " + snapshot.string() + " has form " + form["format"].dump() + ", made by " +
               form.value("made_by", "another program") + "; this program reads form " +
               std::to_string(snapshot_format) + '.');
}

}  // namespace

Result<SnapshotSummary> create_snapshot(const fs::path& directory, Store& store, ObjectStore& objects) try {
    auto growing = GrowingDirectory::begin(directory);
    if (!growing) return growing.error();
    const auto written = write_snapshot(growing->path(), store, objects);
    if (!written) return written;
    if (auto placed = growing->put_in_place("snapshot.json"); !placed) return placed.error();
    return written;
} catch (const std::exception& fault) {
    return Error(ErrorCode::io_failure, std::string("The snapshot cannot be written: ") + fault.what());
}

Result<SnapshotSummary> restore_snapshot(const fs::path& snapshot, const fs::path& data_directory, Clock& clock,
                                         Random& random) try {
    if (auto known = check_form(snapshot); !known) return known.error();
    if (auto whole = check_whole(snapshot); !whole) return whole.error();
    auto growing = GrowingDirectory::begin(data_directory);
    if (!growing) return growing.error();
    const auto restored = fill_directory(growing->path(), snapshot, clock, random);
    if (!restored) return restored;
    if (auto placed = growing->put_in_place("log"); !placed) return placed.error();
    return restored;
} catch (const fs::filesystem_error& fault) {
    return Error(ErrorCode::io_failure, std::string("The snapshot cannot be restored: ") + fault.what());
} catch (const std::exception& fault) {
    return bad(std::string("The snapshot's list of objects is damaged: ") + fault.what());
}

}  // namespace rivulet
