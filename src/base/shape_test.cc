#include "base/shape.h"

#include <gtest/gtest.h>

#include "base/assert.h"

namespace dw {
namespace {

enum class Colour { red, green };
std::string_view name_of(Colour colour) {
  return colour == Colour::red ? "red" : "green";
}

struct Wheel {
  int64_t spokes = 0;
};
struct Cart {
  std::string name, note;
  Colour colour = Colour::green;
  std::vector<Wheel> wheels;
  std::optional<TimePoint> sold_at;
  std::optional<int64_t> price;
};

const Shape<Wheel>& shape_for(const Wheel*) {
  static const auto shape = Shape<Wheel>("Wheel").add("spokes", &Wheel::spokes);
  return shape;
}

const Shape<Cart, std::string>& shape_for(const Cart*) {
  static const auto url = [](const Cart& cart, const std::string& site) {
    return site + "/" + cart.name;
  };
  static const auto shape = Shape<Cart, std::string>("Cart")
                                .add("name", &Cart::name, "what people call it")
                                .add("note", or_null(&Cart::note))
                                .add("colour", &Cart::colour)
                                .add("wheels", &Cart::wheels)
                                .add("url", url)
                                .add("sold_at", &Cart::sold_at)
                                .add_optional("price", &Cart::price);
  return shape;
}

}  // namespace

template <>
inline constexpr std::array all_of<Colour>{Colour::red, Colour::green};

namespace {

TEST(Shape, what_is_written_and_what_is_described_have_the_same_members_in_order) {
  const Cart cart{"a", "", Colour::red, {{8}, {9}}, TimePoint{}, 7};
  EXPECT_EQ(to_text(shape_of(cart, std::string("x"))),
            R"({"name":"a","note":null,"colour":"red","wheels":[{"spokes":8},{"spokes":9}],)"
            R"("url":"x/a","sold_at":"1970-01-01T00:00:00.000Z","price":7})");
  EXPECT_EQ(to_text(schema_of(*shape_for(&cart).text())),
            R"({"type":"object","properties":{)"
            R"("name":{"type":"string","description":"what people call it"},)"
            R"("note":{"type":["string","null"]},)"
            R"("colour":{"type":"string","enum":["red","green"]},)"
            R"("wheels":{"type":"array","items":{"$ref":"#/components/schemas/Wheel"}},)"
            R"("url":{"type":"string"},"sold_at":{"type":["string","null"],"format":"date-time"},)"
            R"("price":{"type":"integer"}},)"
            R"("required":["name","note","colour","wheels","url","sold_at"],)"
            R"("additionalProperties":false})");
}

TEST(Shape, an_optional_member_is_left_out_and_others_are_null) {
  EXPECT_EQ(to_text(shape_of(Cart{.name = "b", .note = "n"}, std::string())),
            R"({"name":"b","note":"n","colour":"green","wheels":[],"url":"/b","sold_at":null})");
}

TEST(Shape, a_type_names_all_shapes_that_it_refers_to) {
  json::object schemas;
  add_named(json_type<std::optional<Cart>>(), schemas);
  ASSERT_EQ(schemas.size(), 2U);
  EXPECT_TRUE(schemas.contains("Wheel"));
  EXPECT_EQ(to_text(schema_of(json_type<std::optional<Wheel>>())),
            R"({"anyOf":[{"$ref":"#/components/schemas/Wheel"},{"type":"null"}]})");
}

TEST(Shape, one_includes_another_but_for_what_it_leaves_out) {
  struct Sold {
    Cart cart;
    std::string to;
  };
  const auto shape = Shape<Sold, std::string>("Sold")
                         .include(shape_for(static_cast<const Cart*>(nullptr)), &Sold::cart, "url")
                         .add("to", &Sold::to);
  EXPECT_EQ(to_text(shape.write({.cart = {.name = "c"}, .to = "Ana"}, "x")),
            R"({"name":"c","note":null,"colour":"green","wheels":[],"sold_at":null,"to":"Ana"})");
  EXPECT_EQ(shape.text()->members.size(), 7U);
}

TEST(Shape, two_shapes_of_one_name_are_a_defect) {
  const auto named = [](const char* member) {
    return PlainShape("Twin").has<std::string>(member).type();
  };
  json::object schemas;
  add_named(named("one"), schemas);
  add_named(named("one"), schemas);
  EXPECT_THROW(add_named(named("other"), schemas), Defect);
}

}  // namespace
}  // namespace dw
