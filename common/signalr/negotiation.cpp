// SPDX-License-Identifier: MIT
#include "common/signalr/negotiation.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace nextchat::signalr {

namespace {

QJsonArray toJson(const QList<NegotiateResponse::Transport> &transports)
{
    QJsonArray array;
    for (const NegotiateResponse::Transport &transport : transports) {
        array.append(QJsonObject{
            {QStringLiteral("transport"), transport.transport},
            {QStringLiteral("transferFormats"), QJsonArray::fromStringList(transport.transferFormats)},
        });
    }
    return array;
}

// Takes typed members out of an object; the first complaint is kept.
class Fields
{
public:
    explicit Fields(QJsonObject object)
        : m_object(std::move(object))
    { }

    [[nodiscard]] const QString &complaint() const { return m_complaint; }

    QString text(QStringView name)
    {
        const QJsonValue value = m_object.value(name);
        if (value.isUndefined() || value.isNull())
            return {};
        if (!value.isString())
            complain(u"Expected '" % name.toString() % u"' to be of type String.");
        return value.toString();
    }

    QString requiredText(QStringView name)
    {
        const QString value = text(name);
        if (value.isEmpty())
            complain(u"Missing required property '" % name.toString() % u"'.");
        return value;
    }

    int version(QStringView name)
    {
        const QJsonValue value = m_object.value(name);
        if (!value.isUndefined() && !value.isDouble())
            complain(u"Expected '" % name.toString() % u"' to be of type Number.");
        return value.toInt();
    }

    bool truth(QStringView name) const { return m_object.value(name).toBool(); }

    QList<NegotiateResponse::Transport> transports(QStringView name)
    {
        const QJsonValue value = m_object.value(name);
        if (!value.isArray())
            complain(u"Missing required property '" % name.toString() % u"'.");
        QList<NegotiateResponse::Transport> transports;
        const QJsonArray array = value.toArray();
        for (const auto &element : array) {
            const QJsonObject transport = element.toObject();
            QStringList formats;
            const QJsonArray formatArray = transport.value(u"transferFormats").toArray();
            for (const auto &format : formatArray)
                formats.append(format.toString());
            transports.append({transport.value(u"transport").toString(), formats});
        }
        return transports;
    }

private:
    void complain(const QString &text)
    {
        if (m_complaint.isNull())
            m_complaint = text;
    }

    QJsonObject m_object;
    QString m_complaint;
};

} // namespace

QByteArray write(const NegotiateResponse &response)
{
    QJsonObject object;
    const auto insert = [&object](const QString &key, const QString &value) {
        if (!value.isNull())
            object.insert(key, value);
    };
    insert(QStringLiteral("error"), response.error);
    insert(QStringLiteral("url"), response.url);
    insert(QStringLiteral("accessToken"), response.accessToken);
    if (response.error.isNull() && response.url.isNull()) {
        object.insert(QStringLiteral("negotiateVersion"), response.negotiateVersion);
        insert(QStringLiteral("connectionId"), response.connectionId);
        insert(QStringLiteral("connectionToken"), response.connectionToken);
        object.insert(QStringLiteral("availableTransports"), toJson(response.availableTransports));
        if (response.useStatefulReconnect)
            object.insert(QStringLiteral("useStatefulReconnect"), true);
    }
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Expected<NegotiateResponse> readNegotiateResponse(const QByteArray &body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    if (!document.isObject())
        return failure(Error::Code::Protocol,
                       QStringLiteral("The answer to negotiate is not a JSON object."));
    Fields fields(document.object());
    NegotiateResponse response;
    response.error = fields.text(u"error");
    response.url = fields.text(u"url");
    response.accessToken = fields.text(u"accessToken");
    response.negotiateVersion = fields.version(u"negotiateVersion");
    response.useStatefulReconnect = fields.truth(u"useStatefulReconnect");
    if (response.error.isNull() && response.url.isNull()) {
        response.connectionId = fields.requiredText(u"connectionId");
        response.availableTransports = fields.transports(u"availableTransports");
        response.connectionToken =
            response.negotiateVersion > 0 ? fields.requiredText(u"connectionToken") : QString();
    }
    if (!fields.complaint().isNull())
        return failure(Error::Code::Protocol, fields.complaint());
    return response;
}

} // namespace nextchat::signalr
