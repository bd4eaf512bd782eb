#include "yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace hoist::lockfile {
namespace {

constexpr std::size_t kMaxDepth = 64;

class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(mark, wants_key() ? Json("null") : Json());  // there is a package of that name
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw YAML::ParserException(mark, "an alias"); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    const bool plain = tag == "?" || tag.empty();
    const bool nothing = plain && (value == "null" || value == "~" || value.empty());
    add(mark, nothing && !wants_key() ? Json() : Json(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    open(mark, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    open(mark, Json::object());
  }
  void OnMapEnd() override { close(); }

  Json take() { return std::move(root_); }

 private:
  struct Level {
    Json value;
    std::string key;
    bool has_key = false;
    std::unordered_map<std::string, std::size_t> index;  ///< a vector behind the object would make it quadratic
  };

  [[nodiscard]] bool wants_key() const {
    return !levels_.empty() && levels_.back().value.is_object() && !levels_.back().has_key;
  }

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw YAML::ParserException(mark, "an anchor");
  }

  void open(const YAML::Mark& mark, Json value) {
    if (wants_key()) throw YAML::ParserException(mark, "a key that is no scalar");
    if (levels_.size() >= kMaxDepth) throw YAML::ParserException(mark, "nested too deeply");
    levels_.push_back({std::move(value), {}, false, {}});
  }

  void close() {
    Json value = std::move(levels_.back().value);
    levels_.pop_back();
    put(std::move(value));
  }

  void add(const YAML::Mark& mark, Json value) {
    if (!wants_key()) return put(std::move(value));
    if (!value.is_string()) throw YAML::ParserException(mark, "an empty key");
    levels_.back().key = value.get<std::string>();
    levels_.back().has_key = true;
  }

  void put(Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (level.value.is_array()) {
      level.value.push_back(std::move(value));
      return;
    }
    auto& members = level.value.get_ref<Json::object_t&>();
    // The vector's own emplace_back: ordered_map's looks for the key in all that is there.
    using Members = std::vector<Json::object_t::value_type, Json::object_t::allocator_type>;
    const auto [at, fresh] = level.index.try_emplace(level.key, members.size());
    if (fresh)
      static_cast<Members&>(members).emplace_back(std::move(level.key), std::move(value));
    else
      static_cast<Members&>(members)[at->second].second = std::move(value);
    level.key.clear();
    level.has_key = false;
  }

  std::vector<Level> levels_;
  Json root_;
};

}  // namespace

Result<Json> parse_yaml(std::string_view text, std::string_view what) {
  std::istringstream stream{std::string(text)};
  Builder builder;
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    return fail("EFOREIGNLOCK", fmt::format("{} cannot be read: line {}: {}", what, error.mark.line + 1, error.msg));
  }
  return builder.take();
}

}  // namespace hoist::lockfile
