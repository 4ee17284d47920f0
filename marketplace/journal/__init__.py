"""Who did what, who read whom, alertes, the e-mail outbox and the runs of jobs."""
