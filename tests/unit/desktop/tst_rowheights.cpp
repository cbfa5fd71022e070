// SPDX-License-Identifier: MIT
#include "client-gui/model/rowheights.h"

#include <QRandomGenerator>
#include <QTest>

#include <numeric>

using nextchat::desktop::RowHeights;

class RowHeightsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyListHasNoRow()
    {
        const RowHeights heights;
        QCOMPARE(heights.total(), 0);
        QCOMPARE(heights.rowAt(10), -1);
    }

    void aRowCoversItsHeight()
    {
        RowHeights heights;
        heights.insert(0, 3, 10);
        heights.setHeight(1, 25);
        QCOMPARE(heights.offset(2), 35);
        QCOMPARE(heights.rowAt(9), 0);
        QCOMPARE(heights.rowAt(10), 1);
        QCOMPARE(heights.rowAt(34), 1);
        QCOMPARE(heights.rowAt(35), 2);
        QCOMPARE(heights.rowAt(-5), 0);
        QCOMPARE(heights.rowAt(1000), 2);
        QVERIFY(heights.isMeasured(1) && !heights.isMeasured(0));
        heights.forgetAll();
        QVERIFY(!heights.isMeasured(1));
        QCOMPARE(heights.height(1), 25); // the best estimate
    }

    // Against a plain list.
    void changesAtRandomAgreeWithSums()
    {
        RowHeights heights;
        QList<int> plain;
        QRandomGenerator random(3);
        for (int i = 0; i < 3000; ++i) {
            const int size = static_cast<int>(plain.size());
            const int row = size == 0 ? 0 : random.bounded(size + 1);
            const int kind = random.bounded(4);
            if (kind == 0 || size == 0) {
                const int rows = 1 + random.bounded(3);
                heights.insert(row, rows, 20);
                plain.insert(row, rows, 20);
            } else if (kind == 1) {
                heights.insert(size, 1, 30);
                plain.append(30);
            } else if (kind == 2 && row < size) {
                heights.remove(row, 1);
                plain.removeAt(row);
            } else if (row < size) {
                heights.setHeight(row, 5 + i % 50);
                plain[row] = 5 + i % 50;
            }
            const int asked = random.bounded(static_cast<int>(plain.size()) + 1);
            QCOMPARE(heights.offset(asked), std::accumulate(plain.begin(), plain.begin() + asked, qint64(0)));
        }
        QCOMPARE(heights.count(), plain.size());
        qint64 top = 0;
        for (int row = 0; row < plain.size(); ++row) {
            QCOMPARE(heights.rowAt(top), row);
            top += plain.at(row);
        }
    }
};

QTEST_GUILESS_MAIN(RowHeightsTest)

#include "tst_rowheights.moc"
