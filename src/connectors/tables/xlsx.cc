#include "connectors/tables/xlsx.h"

#include <expat.h>
#include <fmt/format.h>
#include <zip.h>

#include <charconv>
#include <cmath>
#include <map>

#include "base/owned.h"
#include "base/text.h"
#include "domain/period.h"

namespace dw {
namespace {

constexpr size_t piece_bytes = 64 * 1024;
constexpr size_t cell_bytes_max = 256 * 1024;
constexpr size_t cells_max = 16'384;
constexpr size_t strings_bytes_max = 512U << 20;
/// 1899-12-30 is day 0 of the usual epoch, 1904-01-01 of the other.
constexpr int32_t epoch_1900 = -25'569;
constexpr int32_t epoch_1904 = -24'107;

Error wrong(std::string what) {
  return {ErrorKind::invalid, "xlsx", std::move(what)};
}

using Archive = Owned<zip_t, zip_discard>;
using Entry = Owned<zip_file_t, zip_fclose>;
using XmlParser = Owned<std::remove_pointer_t<XML_Parser>, XML_ParserFree>;

/// Without the namespace's prefix.
std::string_view local_name(const char* name) {
  const std::string_view text(name);
  const size_t colon = text.find(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

std::string_view attribute(const char** attributes, std::string_view wanted) {
  for (; attributes[0] != nullptr; attributes += 2) {
    if (wanted == attributes[0]) return attributes[1];
  }
  return {};
}

template <class T>
T number(std::string_view text, T otherwise) {
  T out = otherwise;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} ? out : otherwise;
}

/// What one kind of part does with its elements.
class XmlReader {
 public:
  virtual ~XmlReader() = default;
  virtual void begin(std::string_view name, const char** attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view) {}
};

/// An XML part of the archive, unpacked and parsed piece by piece.
class XmlPart {
 public:
  static Result<std::unique_ptr<XmlPart>> open(zip_t* archive, const std::string& name,
                                               XmlReader& reader) {
    Entry entry(zip_fopen(archive, name.c_str(), 0));
    if (!entry) {
      return Error{ErrorKind::missing, "xlsx", name + ": " + zip_strerror(archive)};
    }
    auto part = std::make_unique<XmlPart>();
    part->entry_ = std::move(entry);
    part->parser_.reset(XML_ParserCreate(nullptr));
    XML_SetUserData(part->parser_.get(), &reader);
    XML_SetElementHandler(
        part->parser_.get(),
        [](void* given, const char* element, const char** attributes) {
          static_cast<XmlReader*>(given)->begin(local_name(element), attributes);
        },
        [](void* given, const char* element) {
          static_cast<XmlReader*>(given)->end(local_name(element));
        });
    XML_SetCharacterDataHandler(part->parser_.get(), [](void* given, const char* text, int bytes) {
      static_cast<XmlReader*>(given)->text({text, static_cast<size_t>(bytes)});
    });
    // No workbook has a document type, and entities are how XML blows up.
    XML_SetDoctypeDeclHandler(
        part->parser_.get(), [](void*, const char*, const char*, const char*, int) {},
        [](void*) {});
    XML_SetEntityDeclHandler(
        part->parser_.get(),
        [](void* given, const char*, int, const char*, int, const char*, const char*, const char*,
           const char*) { static_cast<XmlReader*>(given)->begin("!entity", nullptr); });
    return part;
  }

  /// One piece; false at the end.
  Result<bool> step() {
    const zip_int64_t bytes = zip_fread(entry_.get(), piece_.data(), piece_.size());
    if (bytes < 0) return wrong("the archive is broken, or has a password");
    const bool is_last = bytes == 0;
    const auto parsed =
        XML_Parse(parser_.get(), piece_.data(), static_cast<int>(bytes), is_last ? 1 : 0);
    if (parsed != XML_STATUS_OK) {
      return wrong(fmt::format("broken XML at line {}: {}", XML_GetCurrentLineNumber(parser_.get()),
                               XML_ErrorString(XML_GetErrorCode(parser_.get()))));
    }
    return !is_last;
  }

 private:
  Entry entry_;
  XmlParser parser_;
  std::vector<char> piece_ = std::vector<char>(piece_bytes);
};

Result<void> read_whole(zip_t* archive, const std::string& name, XmlReader& reader) {
  DW_TRY(const std::unique_ptr<XmlPart> part, XmlPart::open(archive, name, reader));
  for (;;) {
    DW_TRY(const bool has_more, part->step());
    if (!has_more) return {};
  }
}

/// xl/workbook.xml: the sheets' names and relations, and the epoch.
struct WorkbookReader : XmlReader {
  std::vector<std::pair<std::string, std::string>> sheets;
  bool is_1904 = false;
  void begin(std::string_view name, const char** attributes) override {
    if (name == "sheet") {
      sheets.emplace_back(attribute(attributes, "name"), attribute(attributes, "r:id"));
    } else if (name == "workbookPr") {
      const std::string_view value = attribute(attributes, "date1904");
      is_1904 = value == "1" || value == "true";
    }
  }
  void end(std::string_view) override {}
};

struct RelationsReader : XmlReader {
  std::map<std::string, std::string, std::less<>> targets;
  void begin(std::string_view name, const char** attributes) override {
    if (name != "Relationship") return;
    targets[std::string(attribute(attributes, "Id"))] = attribute(attributes, "Target");
  }
  void end(std::string_view) override {}
};

/// xl/sharedStrings.xml: one text after the other, and where each begins.
struct StringsReader : XmlReader {
  std::string all;
  std::vector<uint32_t> starts;
  bool is_text = false, is_phonetic = false, is_too_large = false;
  void begin(std::string_view name, const char**) override {
    if (name == "si") starts.push_back(static_cast<uint32_t>(all.size()));
    if (name == "rPh") is_phonetic = true;
    if (name == "t") is_text = !is_phonetic;
  }
  void end(std::string_view name) override {
    if (name == "rPh") is_phonetic = false;
    if (name == "t") is_text = false;
  }
  void text(std::string_view piece) override {
    if (!is_text) return;
    if (all.size() + piece.size() > strings_bytes_max) {
      is_too_large = true;
    } else {
      all.append(piece);
    }
  }
  std::string_view at(size_t index) const {
    if (index >= starts.size()) return {};
    const size_t end = index + 1 < starts.size() ? starts[index + 1] : all.size();
    return std::string_view(all).substr(starts[index], end - starts[index]);
  }
};

/// "BC12" is 54; nothing where there are no letters.
std::optional<size_t> column_in(std::string_view reference) {
  size_t column = 0;
  size_t letters = 0;
  while (letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z') {
    column = column * 26 + static_cast<size_t>(reference[letters] - 'A' + 1);
    if (++letters > 3) return std::nullopt;
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

/// A worksheet's rows.
struct SheetReader : XmlReader {
  const StringsReader* strings = nullptr;
  int32_t epoch = epoch_1900;
  const TableSink* sink = nullptr;
  bool has_entity = false;

  int64_t row = 0;
  size_t column = 0;
  std::string type, value;
  bool is_value = false, is_inline = false, is_phonetic = false;
  struct Kept {
    size_t from = 0, bytes = 0;
    std::optional<int32_t> serial_day;
  };
  std::string texts;
  std::vector<Kept> kept;
  std::vector<Cell> cells;

  void begin(std::string_view name, const char** attributes) override {
    if (name == "!entity") {
      has_entity = true;
    } else if (name == "row") {
      row = number<int64_t>(attribute(attributes, "r"), row + 1);
      column = 0;
      texts.clear();
      kept.clear();
    } else if (name == "c") {
      column = column_in(attribute(attributes, "r")).value_or(column);
      type = attribute(attributes, "t");
      value.clear();
    } else if (name == "v") {
      is_value = true;
    } else if (name == "rPh") {
      is_phonetic = true;
    } else if (name == "t") {
      is_inline = type == "inlineStr" && !is_phonetic;
    }
  }
  void text(std::string_view piece) override {
    if ((is_value || is_inline) && value.size() + piece.size() <= cell_bytes_max) {
      value.append(piece);
    }
  }
  void end(std::string_view name) override {
    if (name == "v") is_value = false;
    if (name == "t") is_inline = false;
    if (name == "rPh") is_phonetic = false;
    if (name == "c") add_cell();
    if (name == "row") give_row();
  }

  void add_cell() {
    if (column >= cells_max) return;
    if (kept.size() <= column) kept.resize(column + 1);
    Kept& one = kept[column++];
    std::string_view text = value;
    std::string printed;
    if (type == "s") {
      text = strings->at(number<size_t>(value, SIZE_MAX));
    } else if (type == "d") {
      one.serial_day = day_named(text.substr(0, 10));
    } else if ((type.empty() || type == "n") && !value.empty()) {
      const double given = number<double>(value, 0.0);
      if (std::abs(given) < 1e7) {
        one.serial_day = static_cast<int32_t>(std::floor(given)) + epoch;
      }
      // "1.041E3" is ticket 1041.
      const bool is_whole = std::abs(given) < 1e15 && given == std::floor(given);
      if (is_whole) printed = fmt::format("{}", static_cast<int64_t>(given));
      if (is_whole) text = printed;
    }
    one.from = texts.size();
    one.bytes = text.size();
    texts.append(text);
  }

  void give_row() {
    cells.clear();
    for (const Kept& one : kept) {
      cells.push_back({std::string_view(texts).substr(one.from, one.bytes), one.serial_day});
    }
    (*sink)({row, cells});
  }
};

/// The part of a sheet: "xl/worksheets/sheet1.xml".
Result<std::string> part_of_sheet(const WorkbookReader& book, const RelationsReader& relations,
                                  const std::string& wanted) {
  if (book.sheets.empty()) return wrong("the workbook has no sheet");
  const std::pair<std::string, std::string>* found = nullptr;
  std::vector<std::string> names;
  for (const auto& sheet : book.sheets) {
    names.push_back(sheet.first);
    if (found == nullptr && equals_ignoring_case(sheet.first, wanted)) found = &sheet;
  }
  if (found == nullptr && (wanted.empty() || book.sheets.size() == 1)) found = &book.sheets[0];
  if (found == nullptr) {
    return wrong(fmt::format("sheet \"{}\" not found (sheets: {}): set notices.range", wanted,
                             join(names, ", ")));
  }
  const auto target = relations.targets.find(found->second);
  if (target == relations.targets.end()) return wrong("the sheet's part is not named");
  const std::string& path = target->second;
  return path.starts_with('/') ? path.substr(1) : "xl/" + path;
}

}  // namespace

struct XlsxTable::State {
  Archive archive;
  StringsReader strings;
  SheetReader reader;
  std::unique_ptr<XmlPart> sheet;
};

XlsxTable::XlsxTable(std::unique_ptr<State> state, std::string label)
    : state_(std::move(state)), label_(std::move(label)) {}

XlsxTable::~XlsxTable() = default;

Result<std::unique_ptr<ReportTable>> XlsxTable::open(const std::string& path,
                                                     const std::string& label,
                                                     const std::string& sheet) {
  auto state = std::make_unique<State>();
  int code = 0;
  state->archive.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!state->archive) {
    const bool is_missing = code == ZIP_ER_NOENT;
    return Error{is_missing ? ErrorKind::missing : ErrorKind::invalid, label,
                 is_missing ? "there is no such file" : "is not an .xlsx workbook"};
  }
  zip_t* archive = state->archive.get();
  WorkbookReader book;
  RelationsReader relations;
  DW_CHECK(read_whole(archive, "xl/workbook.xml", book));
  DW_CHECK(read_whole(archive, "xl/_rels/workbook.xml.rels", relations));
  // A workbook without texts has none of these.
  if (zip_name_locate(archive, "xl/sharedStrings.xml", 0) >= 0) {
    DW_CHECK(read_whole(archive, "xl/sharedStrings.xml", state->strings));
  }
  if (state->strings.is_too_large) return wrong("the workbook's texts are more than 512 MiB");
  DW_TRY(const std::string part, part_of_sheet(book, relations, sheet));
  state->reader.strings = &state->strings;
  state->reader.epoch = book.is_1904 ? epoch_1904 : epoch_1900;
  DW_TRY(state->sheet, XmlPart::open(archive, part, state->reader));
  return std::unique_ptr<ReportTable>(new XlsxTable(std::move(state), label));
}

Task<Result<bool>> XlsxTable::more(const TableSink& sink) {
  state_->reader.sink = &sink;
  const Result<bool> has_more = state_->sheet->step();
  if (has_more.ok() && state_->reader.has_entity) {
    co_return wrong("the sheet has XML entities, which no spreadsheet program writes");
  }
  co_return has_more;
}

}  // namespace dw
