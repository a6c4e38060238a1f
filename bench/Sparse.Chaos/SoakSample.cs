using System.Diagnostics;
using System.Globalization;
using ScottPlot;

namespace Sparse.Chaos;

/// <summary>What a soak holds at one moment; a line of a CSV file.</summary>
internal sealed record SoakSample(
    double Minutes, double WorkingSetMb, double ManagedMb, int Handles, int Files, double IndexMb, int Documents, long Added, long Deleted, long Commits, long Merges, long Searches, long Checks)
{
    /// <summary>Takes a sample.</summary>
    /// <param name="minutes">Minutes so far, of all runs.</param>
    /// <param name="index">Folder of the index.</param>
    /// <param name="documents">Its documents.</param>
    /// <param name="added">Counts of this run, as are the next ones.</param>
    public static SoakSample Take(double minutes, string index, int documents, long added, long deleted, long commits, long merges, long searches, long checks)
    {
        using var process = Process.GetCurrentProcess();
        const string Open = "/proc/self/fd";
        int handles = Directory.Exists(Open) ? Directory.GetFiles(Open).Length : process.HandleCount;
        FileInfo[] files = new DirectoryInfo(index).GetFiles();
        return new SoakSample(
            minutes, process.WorkingSet64 / 1e6, GC.GetTotalMemory(forceFullCollection: false) / 1e6, handles, files.Length, files.Sum(file => file.Exists ? file.Length : 0) / 1e6,
            documents, added, deleted, commits, merges, searches, checks);
    }

    /// <summary>Reads samples.</summary>
    /// <param name="path">The CSV file.</param>
    public static SoakSample[] Read(string path) =>
    [
        .. File.ReadLines(path).Select(line => Array.ConvertAll(line.Split(','), value => double.Parse(value, CultureInfo.InvariantCulture))).Select(v =>
            new SoakSample(v[0], v[1], v[2], (int)v[3], (int)v[4], v[5], (int)v[6], (long)v[7], (long)v[8], (long)v[9], (long)v[10], (long)v[11], (long)v[12])),
    ];

    /// <summary>Draws memory, handles and files over time.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="path">The PNG file.</param>
    public static void Plot(SoakSample[] samples, string path)
    {
        using var plot = new Plot();
        double[] minutes = Array.ConvertAll(samples, sample => sample.Minutes);
        Line("working set, MB", sample => sample.WorkingSetMb);
        Line("managed heap, MB", sample => sample.ManagedMb);
        Line("open handles", sample => sample.Handles);
        Line("files of the index", sample => sample.Files);
        Line("index, MB", sample => sample.IndexMb);
        plot.XLabel("minutes");
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Axes.SetLimitsY(0, samples.Max(sample => sample.WorkingSetMb) * 1.3);
        plot.SavePng(path, 1000, 500);

        void Line(string name, Func<SoakSample, double> value) => plot.Add.ScatterLine(minutes, Array.ConvertAll(samples, sample => value(sample))).LegendText = name;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Minutes:F3},{WorkingSetMb:F1},{ManagedMb:F1},{Handles},{Files},{IndexMb:F2},{Documents},{Added},{Deleted},{Commits},{Merges},{Searches},{Checks}");
}
