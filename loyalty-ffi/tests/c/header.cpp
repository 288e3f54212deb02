// The header is C++ as well, and its codes go where int32_t is asked for.

#include <loyalty.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <type_traits>

static_assert(sizeof(loyalty_status) == 4, "codes are 32 bits wide");
static_assert(std::is_standard_layout<loyalty_fit_options>::value, "structs are plain data");

struct free_model {
    void operator()(loyalty_purchase_model *model) const { loyalty_purchase_model_free(model); }
};

int main()
{
    const double values[] = {0.243, 4.414, 0.793, 2.426};
    loyalty_purchase_model *made = nullptr;
    loyalty_status status =
        loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, values, 4, LOYALTY_UNIT_WEEK, &made,
                                   nullptr);
    std::unique_ptr<loyalty_purchase_model, free_model> model(made);
    double alive = 0;
    if (status == LOYALTY_STATUS_OK) {
        status = loyalty_purchase_model_p_alive(model.get(), 2, 30.43, 38.86, &alive, nullptr);
    }
    bool version = std::strcmp(loyalty_version(), LOYALTY_VERSION) == 0;
    bool unit = loyalty_purchase_model_unit(model.get()) == LOYALTY_UNIT_WEEK;
    bool ok = status == LOYALTY_STATUS_OK && alive > 0.7265 && alive < 0.7266 && version && unit;
    std::printf("header: %s\n", ok ? "ok" : "FAILED");
    return ok ? 0 : 1;
}
