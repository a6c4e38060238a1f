using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sparse.Server;

/// <summary>What a server tells of itself: metrics at /metrics for Prometheus, and traces to where it is told.</summary>
internal static class Telemetry
{
    private const string Name = "Sparse.Server";
    private const string EngineName = "Sparse";
    private const string GaugesName = "Sparse.Server.Indexes";
    private static readonly Meter Meter = new(Name);

    // Searches take from a tenth of a millisecond to their time limit.
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10] };

    /// <summary>Spans: search, commit; the engine's own is encode.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    /// <summary>Seconds of a search, by index and mode.</summary>
    public static Histogram<double> SearchSeconds { get; } = Meter.CreateHistogram("sparse.search.duration", "s", "Time of a search, waiting not included", null, Seconds);

    /// <summary>Seconds from a change queued to its commit, by index.</summary>
    public static Histogram<double> ChangeSeconds { get; } = Meter.CreateHistogram("sparse.change.duration", "s", "Time from a change queued to its commit", null, Seconds);

    /// <summary>Documents put and deleted, by index.</summary>
    public static Counter<long> Changes { get; } = Meter.CreateCounter<long>("sparse.changes", "{document}", "Documents put and deleted, committed");

    /// <summary>Adds what collects and exports.</summary>
    /// <param name="services">The server's services.</param>
    /// <param name="options">Where traces go.</param>
    public static void Add(IServiceCollection services, ServerOptions options)
    {
        IOpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.Clear().AddService("sparse"));
        telemetry.WithMetrics(metrics => metrics
            .AddMeter(Name, GaugesName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "System.Runtime")
            .AddPrometheusExporter());
        if (options.Traces is { } collector)
        {
            telemetry.WithTracing(traces => traces.AddSource(Name, EngineName).AddAspNetCoreInstrumentation()
                .AddOtlpExporter(exporter => (exporter.Endpoint, exporter.Protocol) = (new Uri(collector, "v1/traces"), OtlpExportProtocol.HttpProtobuf)));
        }
    }

    /// <summary>Shows how many documents each index has and how many changes wait, while the server runs.</summary>
    /// <param name="app">The server.</param>
    /// <param name="indexes">Its indexes.</param>
    public static void Watch(WebApplication app, IReadOnlyList<ServedIndex> indexes)
    {
        var gauges = new Meter(GaugesName);
        gauges.CreateObservableGauge("sparse.documents", () => indexes.Select(index => new Measurement<int>(index.Index.Count, Of(index))), "{document}", "Documents searches see");
        gauges.CreateObservableGauge("sparse.changes.waiting", () => indexes.Select(index => new Measurement<int>(index.Waiting, Of(index))), "{change}", "Changes that wait for their turn");
        gauges.CreateObservableGauge("sparse.ready", () => indexes.Select(index => new Measurement<int>(index.IsReady ? 1 : 0, Of(index))), null, "0 after a failed write");

        // As the server stops, and not after: the indexes are closed then.
        app.Lifetime.ApplicationStopping.Register(gauges.Dispose);
    }

    /// <summary>The label of an index.</summary>
    /// <param name="index">The index.</param>
    public static KeyValuePair<string, object?> Of(ServedIndex index) => new("index", index.Name);
}
