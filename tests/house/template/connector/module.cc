#include "connectors/postcard/module.h"

#include "connectors/postcard/postcard.h"

namespace dw {

ConnectorModule postcard_module() {
  return {.section = &own_postcard_section(),
          .build = [](const ConnectorContext& context, ConnectorParts& out) {
            const auto& settings = context.own.get<PostcardSettings>();
            if (settings.url.empty()) return;
            out.local_targets.push_back(std::make_unique<PostcardBook>());
            out.targets.push_back(std::make_unique<PostcardTarget>(context.http, context.clock,
                                                                   context.metrics, settings));
          }};
}

}  // namespace dw
