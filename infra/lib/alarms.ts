import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as actions from "aws-cdk-lib/aws-cloudwatch-actions";
import * as sns from "aws-cdk-lib/aws-sns";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

type AlarmsProps = { scheduleGroup: string; eventQueue: sqs.IQueue; unreadable: sqs.IQueue; deadLetters: sqs.IQueue };

/** What Belfry itself cannot tell when it is the one that is ill. Each alarm says what to do. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { scheduleGroup, eventQueue, unreadable, deadLetters }: AlarmsProps) {
    super(scope, id);
    const topic = new sns.Topic(this, "Topic", { displayName: "Belfry's own alarms", enforceSSL: true });
    const alarm = (name: string, metric: cloudwatch.IMetric, threshold: number, whatToDo: string) =>
      new cloudwatch.Alarm(this, name, {
        metric,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
        alarmDescription: whatToDo,
      }).addAlarmAction(new actions.SnsAction(topic));

    alarm(
      "EventsWait",
      eventQueue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) }),
      900,
      "What to do: task events have waited for more than 15 minutes, so the worker does not read them. Look at the worker's log and start it again; jobs still run meanwhile.",
    );
    alarm(
      "Unreadable",
      unreadable.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
      0,
      "What to do: an event could not be read five times. Look at it in the queue of unreadable messages; nothing else waits for it.",
    );
    alarm(
      "StartsGivenUp",
      deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(15) }),
      0,
      "What to do: the Scheduler gave up starting a job. The message's attributes ERROR_CODE and ERROR_MESSAGE say why: most often a role or a network setting.",
    );
    alarm(
      "DeadLettersLost",
      new cloudwatch.Metric({
        namespace: "AWS/Scheduler",
        metricName: "InvocationsFailedToBeSentToDeadLetterCount",
        dimensionsMap: { ScheduleGroup: scheduleGroup },
        statistic: "Sum",
        period: Duration.minutes(5),
      }),
      0,
      "What to do: the Scheduler could not write a dead letter. Check that the scheduler role may send to the dead-letter queue.",
    );
  }
}
