// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/convert.h"
#include "common/support/expected.h"
#include "server/signalr/hub.h"
#include "server/signalr/incomingstream.h"
#include "server/signalr/streamwriter.h"

#include <QHash>

#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace nextchat::signalr {

// A call's outcome: the result (nothing for a void method), or the HubException to report.
using InvocationOutcome = Expected<std::optional<Value>>;

// What a call of a method is started with.
struct MethodInput
{
    const Value::Array &arguments; // as many as HubMethod::arity says
    const std::shared_ptr<OutgoingStream> &stream; // null unless the method streams
    const std::vector<std::shared_ptr<IncomingStream>> &uploads; // as many as HubMethod::uploads says
};

// A method that clients can call.
struct HubMethod
{
    QString name; // as registered
    std::size_t arity = 0; // arguments that the client gives
    std::size_t uploads = 0; // streams that it sends along
    bool streams = false;
    // Starts the call; nothing when an argument is not of the parameter's type.
    std::function<std::optional<QCoro::Task<InvocationOutcome>>(Hub &, const MethodInput &)> start;
};

// The methods of a hub by name, without regard to case. Filled at start-up, then only read, by all threads.
//
// A method is a coroutine of the hub class: `QCoro::Task<Expected<R>> name(Args...)`, R being void or a type
// with a Convert, or `QCoro::Task<Expected<void>> name(StreamWriter<T>, Args...)` for a server-to-client
// stream. Args are taken by value; those that are a StreamReader<T> are streams of the client, in the order
// of its stream ids.
class HubMethods
{
public:
    template <typename HubType, typename Result, typename... Args>
    void add(const QString &name, QCoro::Task<Expected<Result>> (HubType::*method)(Args...))
    {
        insert({name, plain<Args...>(), sizeof...(Args) - plain<Args...>(), false,
                [method](Hub &hub, const MethodInput &input) {
                    return bindAndStart<Args...>(input, [&](Args &&...args) {
                        return complete<Result>((static_cast<HubType &>(hub).*method)(std::move(args)...));
                    });
                }});
    }

    template <typename HubType, typename Item, typename... Args>
    void add(const QString &name, QCoro::Task<Expected<void>> (HubType::*method)(StreamWriter<Item>, Args...))
    {
        insert({name, plain<Args...>(), sizeof...(Args) - plain<Args...>(), true,
                [method](Hub &hub, const MethodInput &input) {
                    return bindAndStart<Args...>(input, [&](Args &&...args) {
                        return complete<void>((static_cast<HubType &>(hub).*method)(
                            StreamWriter<Item>(input.stream), std::move(args)...));
                    });
                }});
    }

    // Null when there is none.
    [[nodiscard]] const HubMethod *find(const QString &name) const
    {
        const auto found = m_methods.constFind(name.toLower());
        return found == m_methods.cend() ? nullptr : &*found;
    }

    // By lower-case name.
    [[nodiscard]] const QHash<QString, HubMethod> &all() const { return m_methods; }

private:
    void insert(HubMethod method)
    {
        const QString key = method.name.toLower();
        if (m_methods.contains(key))
            qFatal("hub method %s is registered twice", qPrintable(method.name));
        m_methods.emplace(key, std::move(method));
    }

    // Where the next parameters come from.
    struct Source
    {
        const MethodInput &input;
        std::size_t nextArgument = 0;
        std::size_t nextUpload = 0;
    };

    template <typename T> struct Parameter
    {
        static constexpr std::size_t arguments = 1;
        static std::optional<T> take(Source &source)
        {
            return Convert<T>::from(source.input.arguments[source.nextArgument++]);
        }
    };
    template <typename T> struct Parameter<StreamReader<T>>
    {
        static constexpr std::size_t arguments = 0;
        static std::optional<StreamReader<T>> take(Source &source)
        {
            return StreamReader<T>(source.input.uploads[source.nextUpload++]);
        }
    };

    template <typename... Args> static constexpr std::size_t plain()
    {
        return (std::size_t{0} + ... + Parameter<Args>::arguments);
    }

    template <typename... Args, typename Start>
    static std::optional<QCoro::Task<InvocationOutcome>> bindAndStart(const MethodInput &input, Start start)
    {
        return [&]<std::size_t... index>(std::index_sequence<index...>)
            ->std::optional<QCoro::Task<InvocationOutcome>>
        {
            [[maybe_unused]] Source source{input};
            // In braces, so that they are taken in their order.
            [[maybe_unused]] std::tuple<std::optional<Args>...> bound{Parameter<Args>::take(source)...};
            if (!(std::get<index>(bound).has_value() && ...))
                return std::nullopt;
            return start(std::move(*std::get<index>(bound))...);
        }
        (std::index_sequence_for<Args...>());
    }

    template <typename Result>
    static QCoro::Task<InvocationOutcome> complete(QCoro::Task<Expected<Result>> call)
    {
        Expected<Result> result = co_await call;
        if (!result)
            co_return tl::unexpected(std::move(result.error()));
        if constexpr (std::is_void_v<Result>)
            co_return std::optional<Value>();
        else
            co_return std::optional<Value>(Convert<Result>::to(*result));
    }

    QHash<QString, HubMethod> m_methods; // by lower-case name
};

} // namespace nextchat::signalr
