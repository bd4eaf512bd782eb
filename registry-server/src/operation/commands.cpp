#include "operation/commands.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "hoist/base/clock.hpp"
#include "hoist/base/json.hpp"
#include "operation/maintenance.hpp"
#include "views/disk_views.hpp"

namespace hoist::registry {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string storage = "storage";
  std::string path;
  std::int64_t grace = 3600;
  bool dry_run = false;
};

void print(const Json& json) { std::printf("%s\n", json.dump(2).c_str()); }

/// Only `serve` makes a storage: a mistyped folder is an error and no empty registry.
Result<Storage> open_existing(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(fs::path(directory) / "registry.db", error)) {
    return fail("ENOENT", fmt::format("{} holds no registry", directory), "Name its folder with --storage.");
  }
  return Storage::open(directory);
}

Result<void> run_gc(const Arguments& arguments) {
  HOIST_TRY(Storage storage, open_existing(arguments.storage));
  const GcOptions options{.grace = std::chrono::seconds(arguments.grace), .dry_run = arguments.dry_run};
  HOIST_TRY(const GcReport report, collect_garbage(storage, options, SystemClock()));
  std::size_t views = 0;
  if (!arguments.dry_run) views = DiskViews(storage.views_directory()).remove_older_than(std::chrono::hours(24 * 30));
  print(Json{{"blobs", report.blobs},
             {"bytes", report.bytes},
             {"leftovers", report.leftovers},
             {"views", views},
             {"dryRun", arguments.dry_run}});
  return {};
}

Json to_json(const VerifyReport& report) {
  return Json{{"packages", report.packages},
              {"versions", report.versions},
              {"blobs", report.blobs},
              {"bytes", report.bytes},
              {"damage", report.damage}};
}

Result<void> run_verify(const Arguments& arguments) {
  HOIST_TRY(Storage storage, open_existing(arguments.storage));
  HOIST_TRY(const VerifyReport report, verify_storage(storage));
  print(to_json(report));
  if (!report.damage.empty()) return fail("EDAMAGED", fmt::format("{} problems found", report.damage.size()));
  return {};
}

Result<void> run_backup(const Arguments& arguments) {
  HOIST_TRY(Storage storage, open_existing(arguments.storage));
  return back_up(storage, arguments.path);
}

Result<void> run_restore(const Arguments& arguments) {
  HOIST_TRY(const VerifyReport report, restore_backup(arguments.path, arguments.storage));
  print(to_json(report));
  return {};
}

Result<void> run_stats(const Arguments& arguments) {
  HOIST_TRY(Storage storage, open_existing(arguments.storage));
  std::size_t packages = 0, versions = 0;
  for (std::string after;;) {
    HOIST_TRY(const auto names, storage.metadata().list_packages(after, 500));
    if (names.empty()) break;
    for (const std::string& name : names) {
      HOIST_TRY(const auto package, storage.metadata().load_package(name));
      packages += package ? 1 : 0;
      versions += package ? package->versions.size() : 0;
    }
    after = names.back();
  }
  HOIST_TRY(const auto references, storage.metadata().list_blob_references());
  std::uint64_t referenced = 0, stored = 0;
  std::size_t blobs = 0;
  for (const auto& [key, size] : references) referenced += size;
  HOIST_CHECK(storage.blobs().for_each([&](const BlobInfo& info) -> Result<void> {
    ++blobs;
    stored += info.size;
    return {};
  }));
  HOIST_TRY(const auto users, storage.metadata().list_users());
  print(Json{{"packages", packages},
             {"versions", versions},
             {"users", users.size()},
             {"blobs", blobs},
             {"blobBytes", stored},
             {"unreferencedBytes", stored - std::min(stored, referenced)}});
  return {};
}

}  // namespace

void add_operation_commands(CLI::App& app, Result<void>& result) {
  const auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* what, Result<void> (*run)(const Arguments&)) {
    CLI::App* command = app.add_subcommand(name, what);
    command->add_option("--storage", arguments->storage, "Folder of the registry")->capture_default_str();
    command->callback([arguments, run, &result] { result = run(*arguments); });
    return command;
  };
  CLI::App* gc = add("gc", "Remove content that no version refers to", &run_gc);
  gc->add_flag("--dry-run", arguments->dry_run, "Count, but remove nothing");
  gc->add_option("--grace", arguments->grace, "Leave what was stored in the last SECONDS")->capture_default_str();
  add("verify", "Read everything again and compare it with what was promised", &run_verify);
  add("backup", "Copy a consistent state, also while the registry is being served", &run_backup)
      ->add_option("TARGET", arguments->path, "A new folder")
      ->required();
  add("restore", "Make --storage, which must be empty, a verified copy of a backup", &run_restore)
      ->add_option("BACKUP", arguments->path, "A folder that backup made")
      ->required();
  add("stats", "Count packages, versions, users and bytes", &run_stats);
}

}  // namespace hoist::registry
