#include <algorithm>
#include <optional>

#include "cli/commands/commands.hpp"
#include "cli/config/glob.hpp"
#include "cli/config/options.hpp"
#include "cli/config/runtime.hpp"
#include "cli/install/network.hpp"
#include "cli/listing/inspection.hpp"
#include "cli/listing/package_document.hpp"
#include "cli/listing/query.hpp"
#include "cli/listing/tree_view.hpp"
#include "hoist/base/file.hpp"

namespace hoist::cli {
namespace {

using resolver::InspectedNode;
using resolver::InspectedTree;
using resolver::TreeIndex;

/// Everything one query run needs, made when first asked for.
class Runner {
 public:
  Runner(Session& session, const Inspection& inspection, Json lock_entries)
      : session_(session),
        inspection_(inspection),
        lock_entries_(std::move(lock_entries)),
        documents_(inspection.tree.nodes.size()) {
    sources_.document = [this](TreeIndex index) -> const Json& { return document(index); };
    sources_.versions = [this](const std::string& name) { return versions(name); };
    sources_.advisories = [this](const Json& packages) { return advisories(packages); };
  }

  Result<void> add(const SelectorList& selectors, TreeIndex start) {
    HOIST_TRY(const auto matches, run_query(inspection_.tree, selectors, sources_, start, session_.console));
    for (const auto& match : matches) {
      if (!match.node) {
        found_.push_back(missing_item(match));
        continue;
      }
      const TreeIndex target = inspection_.tree.nodes[*match.node].target;
      // A link and what it leads to are one package; the root has no location to be known by.
      if (target != 0 && std::ranges::find(seen_, target) != seen_.end()) continue;
      seen_.push_back(target);
      found_.push_back(item(*match.node, match.context));
    }
    return {};
  }

  [[nodiscard]] Json take() { return std::move(found_); }

 private:
  const Json& document(TreeIndex index) {
    auto& known = documents_[index];
    if (known) return *known;
    const InspectedNode& node = inspection_.tree.nodes[index];
    if (lock_entries_.is_null() || node.is_root()) {
      known = read_package_document(node.realpath);
      return *known;
    }
    const Json* entry = find_member(lock_entries_, node.location);
    known = entry != nullptr && entry->is_object() ? *entry : Json::object();
    if (find_member(*known, "name") == nullptr) (*known)["name"] = node.package_name;
    normalize_package_document(*known, true);
    return *known;
  }

  Network& network() {
    const auto& config = session_.config;
    if (!network_)
      network_.emplace(config, inspection_.project.root, node_version(config.inputs().node, config.get_string("cache")),
                       session_.command, session_.console, session_.clock);
    return *network_;
  }

  std::vector<std::string> versions(const std::string& name) {
    const auto options = resolve_options(session_.config, "", session_.clock.now());
    const auto packument = network().packuments().get(name);
    if (!packument) {
      session_.console.log(LogLevel::kWarn, "query",
                           fmt::format("could not retrieve packument for {}: {}", name, packument.error().message));
      return {};
    }
    const bool exempt = std::ranges::any_of(options.min_release_age_exclude, [&](const std::string& pattern) {
      return pattern == name || glob_match(pattern, name);
    });
    std::vector<const package::Packument::Entry*> entries;
    for (const auto& entry : (*packument)->versions()) {
      if (!entry.version) continue;
      if (options.before && !exempt && (*packument)->has_times()) {
        const auto time = (*packument)->published(entry.key);
        if (!time || *time > *options.before) continue;
      }
      entries.push_back(&entry);
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto* a, const auto* b) { return *a->version < *b->version; });
    std::vector<std::string> texts;
    for (const auto* entry : entries) texts.push_back(entry->key);
    return texts;
  }

  Result<Json> advisories(const Json& packages) {
    fetcher::RegistryCall call;
    call.method = "POST";
    call.path = "/-/npm/v1/security/advisories/bulk";
    call.body = packages.dump();
    return network().registry().call_json(std::move(call));
  }

  Json item(TreeIndex index, const Json& context) {
    const InspectedTree& tree = inspection_.tree;
    const InspectedNode& node = tree.nodes[tree.nodes[index].target];
    Json out = document(tree.nodes[index].target);
    out["pkgid"] = package_id(node);
    out["location"] = node.location;
    out["path"] = node.path;
    out["realpath"] = node.realpath;
    out["resolved"] = node.resolved.empty() ? Json() : Json(node.resolved);
    out["from"] = Json::array();
    out["to"] = Json::array();
    for (const TreeIndex edge : node.edges_in) out["from"].push_back(tree.nodes[tree.edges[edge].from].location);
    for (const TreeIndex edge : node.edges_out)
      if (const auto to = tree.edges[edge].to) out["to"].push_back(tree.nodes[*to].location);
    out["dev"] = node.dev;
    out["inBundle"] = node.in_bundle;
    out["deduped"] = false;  // npm 12 asks before it has counted
    out["overridden"] = tree.nodes[index].overridden;
    out["queryContext"] = context;
    return out;
  }

  [[nodiscard]] Json missing_item(const QueryMatch& match) const {
    const auto& edge = inspection_.tree.edges[*match.missing_edge];
    const std::string id = edge.name + '@' + edge.spec;
    return {{"name", edge.name},
            {"version", edge.spec},
            {"_id", id},
            {"pkgid", id},
            {"path", nullptr},
            {"realpath", nullptr},
            {"resolved", nullptr},
            {"from", Json::array({inspection_.tree.nodes[edge.from].location})},
            {"to", Json::array()},
            {"dev", true},
            {"inBundle", false},
            {"deduped", false},
            {"overridden", false},
            {"queryContext", match.context}};
  }

  Session& session_;
  const Inspection& inspection_;
  Json lock_entries_;
  std::vector<std::optional<Json>> documents_;
  std::optional<Network> network_;
  QuerySources sources_;
  std::vector<TreeIndex> seen_;
  Json found_ = Json::array();
};

/// `--expect-results` and `--expect-result-count`: 1 when the number is another.
int check_expected(Session& session, std::size_t count) {
  const auto& config = session.config;
  std::string expected;
  if (!config.is_default("expect-results")) {
    const bool some = config.get_bool("expect-results");
    if (some != (count > 0)) expected = some ? "results" : "no results";
  } else if (!config.is_default("expect-result-count")) {
    const double wanted = config.get_number("expect-result-count");
    if (wanted != static_cast<double>(count)) expected = fmt::format("{} result{}", wanted, wanted == 1 ? "" : "s");
  }
  if (expected.empty()) return 0;
  session.console.log(LogLevel::kWarn, "query", fmt::format("Expected {}, got {}", expected, count));
  return 1;
}

/// The `packages` of package-lock.json as they stand there, where only the lockfile is looked at; else null.
Result<Json> read_lock_entries(const Session& session, const std::filesystem::path& root) {
  if (!session.config.get_bool("package-lock-only")) return Json();
  HOIST_TRY(const auto text, read_file(root / "package-lock.json"));
  HOIST_TRY(const auto lock, parse_json(text, "package-lock.json"));
  const Json* packages = lock.is_object() ? find_member(lock, "packages") : nullptr;
  return packages != nullptr && packages->is_object() ? *packages : Json::object();
}

}  // namespace

Result<int> run_query(Session& session, const std::vector<std::string>& arguments) {
  // The answer is JSON, asked for or not.
  session.config.set("json", true, Layer::kCli);
  auto console = session.console.options();
  console.json = true;
  session.console.configure(std::move(console));
  const bool lock_only = session.config.get_bool("package-lock-only");
  auto inspection = load_inspection(session, {.package_lock_only = lock_only, .use_hidden_lockfile = false});
  if (!inspection && lock_only && inspection.error().code == "ENOLOCK")
    return usage_error(session, "A package-lock.json file is required in package-lock-only mode");
  if (!inspection) return std::unexpected(std::move(inspection).error());
  HOIST_TRY(auto lock_entries, read_lock_entries(session, inspection->project.root));
  HOIST_TRY(const auto selectors, parse_selector(arguments.empty() ? "" : arguments.front()));
  Runner runner(session, *inspection, std::move(lock_entries));
  const auto& tree = inspection->tree;
  const auto& selected = inspection->selected_workspaces;
  if (selected.empty()) HOIST_CHECK(runner.add(selectors, 0));
  for (TreeIndex i = 0; i < tree.nodes.size(); ++i) {
    const auto& node = tree.nodes[i];
    if (!node.link && node.workspace && std::ranges::find(selected, node.package_name) != selected.end())
      HOIST_CHECK(runner.add(selectors, i));
  }
  if (!selected.empty() && session.config.get_bool("include-workspace-root")) HOIST_CHECK(runner.add(selectors, 0));
  session.console.end_progress();
  Json found = runner.take();
  const int code = check_expected(session, found.size());
  session.console.buffer_json(std::move(found));
  return code;
}

}  // namespace hoist::cli
