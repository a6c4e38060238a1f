using ScottPlot;

namespace Sparse.Lab.Plots;

/// <summary>Pictures of figures, as PNG or SVG by the file's name.</summary>
internal static class Picture
{
    private const int Width = 1000;

    /// <summary>Saves groups of bars, one a name and series.</summary>
    /// <param name="path">A .png or .svg file.</param>
    /// <param name="title">Its title.</param>
    /// <param name="axis">What the heights are.</param>
    /// <param name="names">A name a group.</param>
    /// <param name="series">Names of the series with a height a group; NaN for none.</param>
    internal static void SaveBars(string path, string title, string axis, IReadOnlyList<string> names, IReadOnlyList<(string Name, double[] Heights)> series)
    {
        using var plot = new Plot();
        if (series.Count == 1)
        {
            // Names of parts are long: bars lie, the first on top.
            plot.Add.Bars(names.Select((_, i) => new Bar { Position = -i, Value = series[0].Heights[i], Size = .8, LineWidth = 0, FillColor = Colors.C0, Orientation = Orientation.Horizontal }).ToArray());
            plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. names.Select((name, i) => new Tick(-i, name))]);
            plot.Axes.Margins(left: 0);
            Save(plot, path, title, axis, "", 140 + (26 * names.Count));
            return;
        }

        double width = .8 / series.Count;
        for (int s = 0; s < series.Count; s++)
        {
            int at = s;
            Bar[] bars = [.. Enumerable.Range(0, names.Count).Where(i => double.IsFinite(series[at].Heights[i]))
                .Select(i => new Bar { Position = i + (width * (at - ((series.Count - 1) / 2.0))), Value = series[at].Heights[i], Size = width, FillColor = plot.Add.Palette.GetColor(at), LineWidth = 0 })];
            plot.Add.Bars(bars).LegendText = series[s].Name;
        }

        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. names.Select((name, i) => new Tick(i, name))]);
        if (names.Count > 8)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = 45;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
            plot.Axes.Bottom.MinimumSize = 110;
            plot.Axes.Right.MinimumSize = 60;
        }

        plot.ShowLegend(Edge.Right);
        plot.Axes.Margins(bottom: 0);
        Save(plot, path, title, "", axis, 560);
    }

    /// <summary>Saves points with labels; those of the frontier are joined.</summary>
    /// <param name="path">A .png or .svg file.</param>
    /// <param name="title">Its title.</param>
    /// <param name="x">What goes to the right.</param>
    /// <param name="y">What goes up.</param>
    /// <param name="points">All points.</param>
    /// <param name="frontier">The points to join, in order.</param>
    /// <param name="chosen">The point to mark; null for none.</param>
    /// <param name="limit">A limit to the right; null for none.</param>
    internal static void SaveFrontier(string path, string title, string x, string y, IReadOnlyList<(double X, double Y)> points, IReadOnlyList<(double X, double Y)> frontier, (double X, double Y)? chosen, double? limit)
    {
        using var plot = new Plot();
        ScottPlot.Plottables.Scatter all = plot.Add.ScatterPoints(points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
        (all.LegendText, all.MarkerSize, all.Color) = ("tried", 6, Colors.Gray.WithAlpha(.6));
        ScottPlot.Plottables.Scatter best = plot.Add.Scatter(frontier.Select(point => point.X).ToArray(), frontier.Select(point => point.Y).ToArray());
        (best.LegendText, best.LineWidth, best.MarkerSize, best.Color) = ("frontier", 2, 8, Colors.C0);
        if (limit is { } at)
        {
            ScottPlot.Plottables.VerticalLine line = plot.Add.VerticalLine(at);
            (line.LegendText, line.Color, line.LinePattern) = ("budget", Colors.C3, LinePattern.Dashed);
        }

        if (chosen is { } point)
        {
            ScottPlot.Plottables.Marker marker = plot.Add.Marker(point.X, point.Y);
            (marker.LegendText, marker.Size, marker.Shape, marker.Color) = ("chosen", 16, MarkerShape.OpenCircle, Colors.C1);
            marker.MarkerLineWidth = 3;
        }

        plot.ShowLegend(Alignment.LowerRight);
        Save(plot, path, title, x, y, 620);
    }

    /// <summary>Saves differences in falling order, one bar a query.</summary>
    /// <param name="path">A .png or .svg file.</param>
    /// <param name="title">Its title.</param>
    /// <param name="y">What the bars are.</param>
    /// <param name="differences">The differences.</param>
    internal static void SaveDifferences(string path, string title, string y, IReadOnlyList<double> differences)
    {
        using var plot = new Plot();
        double[] sorted = [.. differences.OrderDescending()];
        plot.Add.Bars(sorted.Select((difference, i) => new Bar { Position = i, Value = difference, Size = 1, LineWidth = 0, FillColor = difference < 0 ? Colors.C3 : Colors.C0 }).ToArray());
        plot.Add.HorizontalLine(0, 1, Colors.Black);
        Save(plot, path, title, "queries, by their difference", y, 480);
    }

    private static void Save(Plot plot, string path, string title, string x, string y, int height)
    {
        plot.Title(title);
        plot.XLabel(x);
        plot.YLabel(y);
        if (path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
        {
            plot.SaveSvg(path, Width, height);
        }
        else if (path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            plot.SavePng(path, Width, height);
        }
        else
        {
            throw new ArgumentException($"'{path}' is no name of a picture; end it in .png or .svg.");
        }
    }
}
