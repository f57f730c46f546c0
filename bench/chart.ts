import * as echarts from "echarts";
import type { Row } from "./rows";
import { threeDigits } from "./statistics";

/** Readable on a light and on a dark background. */
const colors = { text: "#7d8590", line: "#7d859066", met: "#2f9e6e", missed: "#d0772f", goal: "#7d8590" };

/**
 * Renders an SVG that compares the program with the tutorial's manifests: a bar for each row with a goal, on a logarithmic axis,
 * and a mark at the goal. If less is better, the ratio is inverted.
 */
export function chart(rows: readonly Row[]): string {
  const shown = rows.filter(({ goal }) => goal !== undefined).reverse();
  const height = 70 + 44 * shown.length;
  const drawing = echarts.init(null, null, { renderer: "svg", ssr: true, width: 860, height });
  drawing.setOption({
    animation: false,
    textStyle: { fontFamily: "sans-serif" },
    grid: { left: 300, right: 90, top: 20, bottom: 50 },
    xAxis: {
      type: "log",
      name: "times as good as the tutorial's manifests (mark: goal)",
      nameLocation: "middle",
      nameGap: 30,
      nameTextStyle: { color: colors.text },
      axisLabel: { color: colors.text },
      splitLine: { lineStyle: { color: colors.line } },
    },
    yAxis: {
      type: "category",
      data: shown.map(({ title }) => title),
      axisLabel: { color: colors.text, width: 280, overflow: "break" },
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
    },
    series: [
      {
        type: "bar",
        barWidth: 16,
        data: shown.map((row) => ({
          value: timesAsGood(row, row.ratio.median),
          itemStyle: { color: row.isMet === false ? colors.missed : colors.met },
        })),
        label: {
          show: true,
          position: "right",
          color: colors.text,
          formatter: ({ dataIndex }: { dataIndex: number }) =>
            `ratio ${threeDigits(shown[dataIndex]?.ratio.median ?? NaN)}`,
        },
      },
      {
        type: "scatter",
        symbol: "rect",
        symbolSize: [3, 26],
        itemStyle: { color: colors.goal },
        data: shown.map((row) => timesAsGood(row, row.goal?.ratio ?? NaN)),
      },
    ],
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return `${svg}\n`;
}

function timesAsGood({ goal }: Row, ratio: number): number {
  return goal?.is === "at most" ? 1 / ratio : ratio;
}
